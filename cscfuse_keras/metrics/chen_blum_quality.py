"""Chen-Blum quality (Qcb): how well the fused image keeps the local contrast that the eye sees in its sources."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images
from cscfuse_keras.metrics.viewed_image import filter_by_frequency, full_range

_DEGREES = 15.0
_REACH = 15


def chen_blum_quality(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return Qcb of Chen and Blum, Image and Vision Computing 27(10), 2009, as Liu's implementation computes it.

    Images are stretched to their full range and filtered by the contrast sensitivity exp(-(f/15.3870)^2) - 0.7622
    exp(-(f/1.3456)^2), f in cycles a degree, the image being seen under 15 degrees. Contrast is C = |blur(2)/blur(4) -
    1|, with Gaussian blurs of those sigmas in 31x31 windows, not normalised, the image being 0 beyond its border;
    masked contrast is C' = C^3/(C^2 + 0.0001). At each pixel min/max of the masked contrasts of source and fused image
    says what is kept, and the sources count by their C'^2. Qcb is the mean over all pixels.

    Liu et al., Objective assessment of multiresolution image fusion algorithms, IEEE Transactions on Pattern Analysis
    and Machine Intelligence 34(1), 2012, describe the implementation, which VIFB uses too.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: two arrays of the same shape, in 0..255; their order does not matter.

    Returns:
        A value in 0..1; 1 for identical images. A constant image has no contrast; where neither image has any, all is
        kept.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, source_count=2)
    fused_contrast = _masked_contrast(fused)
    first, second = (_masked_contrast(source) for source in sources)
    of_first, of_second = _kept(first, fused_contrast), _kept(second, fused_contrast)
    saliency = first**2 + second**2
    even = (of_first + of_second) / 2
    quality = np.divide(of_first * first**2 + of_second * second**2, saliency, out=even, where=saliency > 0)
    return float(np.mean(quality))


def _masked_contrast(image: GreyImage) -> GreyImage:
    seen = filter_by_frequency(full_range(image), _DEGREES, _sensitivity)
    fine, coarse = _blurred(seen, 2.0), _blurred(seen, 4.0)
    contrast = np.abs(np.divide(fine, coarse, out=np.ones_like(fine), where=coarse != 0) - 1)
    return contrast**3 / (contrast**2 + 0.0001)


def _sensitivity(frequency: GreyImage) -> GreyImage:
    return np.exp(-((frequency / 15.3870) ** 2)) - 0.7622 * np.exp(-((frequency / 1.3456) ** 2))


def _blurred(image: GreyImage, sigma: float) -> GreyImage:
    offsets = np.arange(-_REACH, _REACH + 1)
    window = np.exp(-(offsets**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    blurred = cv2.sepFilter2D(image, cv2.CV_64F, window, window, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, dtype=np.float64)


def _kept(source: GreyImage, fused: GreyImage) -> GreyImage:
    greater = np.maximum(source, fused)
    return np.divide(np.minimum(source, fused), greater, out=np.ones_like(greater), where=greater > 0)
