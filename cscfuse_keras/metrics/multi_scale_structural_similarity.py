"""Multi-scale structural similarity (MS-SSIM) of the fused image with its sources."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images
from cscfuse_keras.metrics.mean_halving import halve
from cscfuse_keras.metrics.structural_similarity import similarity_terms

_SCALE_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
# The window fits in the coarsest scale.
_MINIMUM_SIZE = 161


def multi_scale_structural_similarity(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over the sources of MS-SSIM with the fused image.

    Wang, Simoncelli, Bovik, Multi-scale structural similarity for image quality assessment, Asilomar Conference 2003,
    equation 7: the product over five scales of the mean contrast-structure term to the powers 0.0448, 0.2856, 0.3001,
    0.2363 and 0.1333; on the coarsest scale the luminance term is a factor at each pixel. Each scale is half the size
    of the one before, by means of 2 x 2 pixels. Window and constants are those of SSIM: 11x11 Gaussian of sigma 1.5,
    data range 255, over the pixels whose window lies in the image.

    Some tables of fusion call by this name what is MEF-SSIM here (`mef_ssim`).

    Args:
        fused: array of shape (height, width) in 0..255, at least 161 x 161.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value in 0..1; 1 where all images are identical. A scale of negative mean counts as 0.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_MINIMUM_SIZE)
    return float(np.mean([_similarity(fused, source) for source in sources]))


def _similarity(first: GreyImage, second: GreyImage) -> float:
    means = []
    for scale in range(len(_SCALE_WEIGHTS)):
        if scale > 0:
            first, second = halve(first), halve(second)
        luminance, contrast_structure = similarity_terms(first, second)
        means.append(np.mean(contrast_structure))
    means[-1] = np.mean(luminance * contrast_structure)
    return float(np.prod(np.maximum(means, 0.0) ** _SCALE_WEIGHTS))
