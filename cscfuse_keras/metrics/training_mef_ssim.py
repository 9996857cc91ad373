"""The form of MEF-SSIM that networks are trained on, as a measure: in colour, with a luminance term.

It is `losses.mef_ssim` in float64. `metrics.mef_ssim`, the published measure that compares methods, gives other
numbers.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.grey_images import GreyImage, check_levels
from cscfuse_keras.metrics.local_statistics import gaussian_window

_WINDOW = gaussian_window(11, 11 / 6)
_LUMINANCE_CONSTANT, _CONTRAST_CONSTANT = 0.01**2, 0.03**2
_WELL_EXPOSED, _SPREAD = 0.5, 0.2


def training_mef_ssim(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean luminance term times the mean contrast-structure term, on one scale.

    Contrast and structure are compared with the exposure of the largest variance at each pixel; luminance with the mean
    of all exposures, weighted by how near to middle grey each is, as a whole and at that pixel. Moments are taken over
    an 11x11 Gaussian window of sigma 11/6 and over the channels, with black beyond the border. The form of Ma et al.,
    Deep Guided Learning for Fast Multi-Exposure Image Fusion, IEEE Transactions on Image Processing 29, 2020.

    Exposures are taken in one after the other, so that memory does not grow with their number.

    Args:
        fused: RGB of shape (height, width, 3) or grey of shape (height, width), integer or float, in 0..255.
        sources: the exposures, one or more, RGB or grey of the same height and width, in 0..255.

    Returns:
        A value in -1..1; 1 where all pictures are the same.

    Raises:
        InputError: a picture is not RGB or grey in 0..255, sizes differ, or there is no exposure.
    """
    fused, sources = _pictures(fused, sources)
    fused_mean = _local_mean(fused)
    fused_variance = _local_mean_product(fused, fused) - fused_mean**2
    weights, weighted_means, covariance = (np.zeros_like(fused_mean) for _ in range(3))
    variance = np.full_like(fused_mean, -np.inf)
    for source in sources:
        mean = _local_mean(source)
        weight = _well_exposedness(np.mean(mean)) * _well_exposedness(mean)
        weights += weight
        weighted_means += weight * mean
        own_variance = _local_mean_product(source, source) - mean**2
        stronger = own_variance > variance
        np.copyto(variance, own_variance, where=stronger)
        np.copyto(covariance, _local_mean_product(fused, source) - fused_mean * mean, where=stronger)
    reference_mean = weighted_means / weights
    luminance = (2 * fused_mean * reference_mean + _LUMINANCE_CONSTANT) / (
        fused_mean**2 + reference_mean**2 + _LUMINANCE_CONSTANT
    )
    contrast_structure = (2 * covariance + _CONTRAST_CONSTANT) / (fused_variance + variance + _CONTRAST_CONSTANT)
    return float(np.mean(luminance) * np.mean(contrast_structure))


def _pictures(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> tuple[np.ndarray, list[np.ndarray]]:
    """The pictures as (height, width, 3) after checking them."""
    if len(sources) == 0:
        raise InputError("sources: expected at least 1 images, found 0")
    fused = _colour(fused, "fused image")
    pictures = []
    for number, source in enumerate(sources, start=1):
        picture = _colour(source, f"source {number}")
        if picture.shape != fused.shape:
            raise InputError(
                f"source {number}: expected the fused image's height and width {fused.shape[:2]}, "
                f"found {picture.shape[:2]}; register and resize the images first"
            )
        pictures.append(picture)
    return fused, pictures


def _colour(picture: npt.ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(picture)
    if array.ndim == 2:
        array = np.broadcast_to(array[..., np.newaxis], (*array.shape, 3))
    if array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
        raise InputError(
            f"{name}: expected shape (height, width, 3) or (height, width), found {array.shape}; convert it to RGB"
        )
    check_levels(array, name)
    return array


def _local_mean(picture: np.ndarray) -> GreyImage:
    """Mean over window and channels, of the picture in [0, 1]."""
    return _windowed(np.einsum("hwc->hw", picture, dtype=np.float64) / (3 * 255))


def _local_mean_product(first: np.ndarray, second: np.ndarray) -> GreyImage:
    """Mean over window and channels, of the product of the pictures in [0, 1]."""
    return _windowed(np.einsum("hwc,hwc->hw", first, second, dtype=np.float64) / (3 * 255**2))


def _windowed(image: GreyImage) -> GreyImage:
    filtered = cv2.sepFilter2D(image, cv2.CV_64F, _WINDOW, _WINDOW, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(filtered, dtype=np.float64)


def _well_exposedness(mean: npt.NDArray[np.float64] | np.float64) -> npt.NDArray[np.float64]:
    return np.exp(-((mean - _WELL_EXPOSED) ** 2) / (2 * _SPREAD**2))
