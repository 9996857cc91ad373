"""Chen-Varshney quality (Qcv): the differences to the sources that the eye sees, where these have strong edges."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images
from cscfuse_keras.metrics.viewed_image import filter_by_frequency, full_range

_DEGREES = 4.0
_SIDE = 16


def chen_varshney_quality(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return Qcv of Chen and Varshney, Information Fusion 8(2), 2007, as Liu's implementation computes it.

    Images are stretched to their full range. The differences of the fused image to the sources are filtered by the
    contrast sensitivity 2.6 (0.0192 + 0.144 f) exp(-(0.144 f)^1.1), f in cycles a degree, the image being seen under 4
    degrees. The mean of their squares in each block of 16x16 pixels, side by side, is averaged over blocks and sources,
    weighted by the sum in the block of the source's Sobel edge strength to the power 5. Images are 0 beyond their
    border, which is therefore an edge, and differences are 0 in the part of a block that is beyond it.

    Liu et al., Objective assessment of multiresolution image fusion algorithms, IEEE Transactions on Pattern Analysis
    and Machine Intelligence 34(1), 2012, describe the implementation, which VIFB uses too. The sensitivity is Mannos
    and Sakrison's, who have 0.114 for 0.144.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value from 0, which identical images have; lower is better. NaN where all sources are constant, since they
        then have no edge.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources)
    fused = full_range(fused)
    seen = total = 0.0
    for source in map(full_range, sources):
        saliency = _block_sums(_edge_strength(source) ** 5)
        difference = filter_by_frequency(source - fused, _DEGREES, _sensitivity)
        seen += float(np.sum(saliency * _block_sums(difference**2))) / _SIDE**2
        total += float(np.sum(saliency))
    return seen / total if total > 0 else float("nan")


def _sensitivity(frequency: GreyImage) -> GreyImage:
    return 2.6 * (0.0192 + 0.144 * frequency) * np.exp(-((0.144 * frequency) ** 1.1))


def _edge_strength(image: GreyImage) -> GreyImage:
    across, down = (cv2.Sobel(image, cv2.CV_64F, dx, 1 - dx, borderType=cv2.BORDER_CONSTANT) for dx in (1, 0))
    return np.hypot(across, down)


def _block_sums(image: GreyImage) -> npt.NDArray[np.float64]:
    starts = (np.arange(0, size, _SIDE) for size in image.shape)
    for axis, start in enumerate(starts):
        image = np.add.reduceat(image, start, axis=axis)
    return image
