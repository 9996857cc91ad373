"""Structural similarity (SSIM) of the fused image with its sources."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images
from cscfuse_keras.metrics.local_statistics import gaussian_window, local_statistics

_WINDOW_SIZE = 11
_LUMINANCE_CONSTANT = (0.01 * 255) ** 2
_CONTRAST_CONSTANT = (0.03 * 255) ** 2


def structural_similarity(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over the sources of the mean SSIM with the fused image.

    Wang et al., IEEE Transactions on Image Processing 13(4), 2004: 11x11 Gaussian window of sigma 1.5, data
    range 255, over the pixels whose window lies in the image.

    Args:
        fused: array of shape (height, width) in 0..255, at least 11 x 11.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value in -1..1; 1 where all images are identical, constant or not.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_WINDOW_SIZE)
    return float(np.mean([_mean_similarity(fused, source) for source in sources]))


def similarity_terms(first: GreyImage, second: GreyImage) -> tuple[GreyImage, GreyImage]:
    """Return the luminance terms and the contrast-structure terms of the windows inside the images."""
    local = local_statistics(first, second, gaussian_window(_WINDOW_SIZE, 1.5))
    luminance = (2 * local.first_mean * local.second_mean + _LUMINANCE_CONSTANT) / (
        local.first_mean**2 + local.second_mean**2 + _LUMINANCE_CONSTANT
    )
    contrast_structure = (2 * local.covariance + _CONTRAST_CONSTANT) / (
        local.first_variance + local.second_variance + _CONTRAST_CONSTANT
    )
    return luminance, contrast_structure


def _mean_similarity(first: GreyImage, second: GreyImage) -> float:
    luminance, contrast_structure = similarity_terms(first, second)
    return float(np.mean(luminance * contrast_structure))
