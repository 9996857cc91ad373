"""Gaussian-weighted means, variances and covariances in the windows that lie wholly in the image."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage


class LocalStatistics(NamedTuple):
    """Maps of two images' local moments, of shape (height - n + 1, width - n + 1) for n x n windows."""

    first_mean: GreyImage
    second_mean: GreyImage
    first_variance: GreyImage
    second_variance: GreyImage
    covariance: GreyImage


def gaussian_window(size: int, sigma: float) -> npt.NDArray[np.float64]:
    """Return the odd-sized 1-D Gaussian of sum 1 whose outer product with itself is the 2-D window."""
    return np.asarray(cv2.getGaussianKernel(size, sigma, cv2.CV_64F), dtype=np.float64)


def window_mean(image: GreyImage, window: npt.NDArray[np.float64]) -> GreyImage:
    """Return the weighted mean in each window that lies wholly in the image (the valid area)."""
    filtered = np.asarray(cv2.sepFilter2D(image, cv2.CV_64F, window, window), dtype=np.float64)
    border = len(window) // 2
    height, width = image.shape
    return filtered[border : height - border, border : width - border]


def local_statistics(first: GreyImage, second: GreyImage, window: npt.NDArray[np.float64]) -> LocalStatistics:
    """Return the moments of both images in each window of the valid area; variances are not below 0."""
    first_mean, second_mean = window_mean(first, window), window_mean(second, window)
    return LocalStatistics(
        first_mean,
        second_mean,
        np.maximum(window_mean(first * first, window) - first_mean * first_mean, 0.0),
        np.maximum(window_mean(second * second, window) - second_mean * second_mean, 0.0),
        window_mean(first * second, window) - first_mean * second_mean,
    )
