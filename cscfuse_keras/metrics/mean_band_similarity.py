"""Structural similarity (SSIM) of an image of many bands with the truth, band by band."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.local_statistics import gaussian_window
from cscfuse_keras.metrics.unit_cubes import fused_and_truth

_LUMINANCE_CONSTANT = 0.01**2
_CONTRAST_CONSTANT = 0.03**2


def mean_band_similarity(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over pixels and bands of the SSIM, clipped to [0, 1] at each pixel.

    Zhao et al., CVPR Workshops 2023, Table 3: 5x5 Gaussian window of sigma 1.5, data range 1, borders mirrored
    without repeating the edge.

    Args:
        fused: array (height, width, bands) in [0, 1].
        sources: the truth first, of the same shape; others are left out of account.

    Returns:
        A value in 0..1; 1 for identical images.

    Raises:
        InputError: the images are not what `fused_and_truth` asks.
    """
    first, truth = fused_and_truth(fused, sources)
    bands = range(truth.shape[2])
    return float(np.mean([np.mean(np.clip(_similarity(first[..., k], truth[..., k]), 0, 1)) for k in bands]))


def _similarity(first, second):
    """SSIM at each pixel of one band."""
    window = gaussian_window(5, 1.5)

    def local_mean(image):
        return np.asarray(cv2.sepFilter2D(image, cv2.CV_64F, window, window, borderType=cv2.BORDER_REFLECT_101))

    first_mean, second_mean = local_mean(first), local_mean(second)
    variances = local_mean(first**2) - first_mean**2 + local_mean(second**2) - second_mean**2
    covariance = local_mean(first * second) - first_mean * second_mean
    luminance = (2 * first_mean * second_mean + _LUMINANCE_CONSTANT) / (
        first_mean**2 + second_mean**2 + _LUMINANCE_CONSTANT
    )
    return luminance * (2 * covariance + _CONTRAST_CONSTANT) / (variances + _CONTRAST_CONSTANT)
