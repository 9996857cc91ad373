"""Halving an image by the bicubic resampling that BRISQUE and NIQE were published with."""

import cv2
import numpy as np

from cscfuse_keras.metrics.grey_images import GreyImage

# Keys' cubic (a = -1/2), stretched to twice its width, at the distances 1/2, 3/2, 5/2 and 7/2 of a new pixel's centre.
_HALF = np.array([0.8671875, 0.2265625, -0.0703125, -0.0234375]) / 2
_TAPS = np.concatenate([_HALF[::-1], _HALF])


def half_size(image: GreyImage) -> GreyImage:
    """Return MATLAB's imresize(image, 0.5): bicubic, antialiased, the image mirrored at its border.

    Args:
        image: array of shape (height, width).

    Returns:
        Array of half the shape, rounded up.
    """
    filtered = cv2.sepFilter2D(image, cv2.CV_64F, _TAPS, _TAPS, anchor=(3, 3), borderType=cv2.BORDER_REFLECT)
    return np.ascontiguousarray(filtered[::2, ::2], dtype=np.float64)
