"""Images as models of human contrast sensitivity take them: on their full range, filtered by visual frequency."""

from collections.abc import Callable

import numpy as np

from cscfuse_keras.metrics.grey_images import GreyImage


def full_range(image: GreyImage) -> GreyImage:
    """Return the image with its levels from the least to the greatest stretched to 0..255 and rounded.

    A constant image gives 0.
    """
    low, high = image.min(), image.max()
    # Halves go up, as where the metrics' reference programs round.
    return np.floor((image - low) / (high - low) * 255 + 0.5) if high > low else np.zeros_like(image)


def filter_by_frequency(image: GreyImage, degrees: float, sensitivity: Callable[[GreyImage], GreyImage]) -> GreyImage:
    """Multiply the Fourier coefficients by the eye's sensitivity; the image is taken for periodic.

    Args:
        image: array of shape (height, width).
        degrees: visual angle that the image's height and its width are seen under.
        sensitivity: from frequencies in cycles a degree to factors.
    """
    height, width = image.shape
    down, across = np.fft.fftfreq(height, 1 / height), np.fft.rfftfreq(width, 1 / width)
    frequency = np.hypot(down[:, np.newaxis], across) / degrees
    return np.fft.irfft2(np.fft.rfft2(image) * sensitivity(frequency), image.shape)
