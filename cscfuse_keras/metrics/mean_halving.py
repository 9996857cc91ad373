"""Halving an image by means of 2 x 2 pixels, as the multi-scale similarities do."""

import cv2

from cscfuse_keras.metrics.grey_images import GreyImage


def halve(image: GreyImage) -> GreyImage:
    """Return means of 2 x 2 pixels; at an odd size the last row or column counts twice.

    Args:
        image: array of shape (height, width).

    Returns:
        Array of half the shape, rounded up.
    """
    height, width = image.shape
    even = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
