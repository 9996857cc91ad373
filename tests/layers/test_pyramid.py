import cv2
import numpy as np
import pytest

from cscfuse_keras.layers.pyramid import double, halve

pytestmark = pytest.mark.backend

SIZES = [(1, 1), (1, 7), (2, 3), (5, 5), (8, 6), (13, 20)]


@pytest.mark.parametrize("size", SIZES)
def test_half_is_that_of_opencv(size, random_images, numpy_of):
    images = random_images(2, *size, 3)
    halves = numpy_of(halve(images))
    for image, half in zip(images, halves, strict=True):
        expected = cv2.pyrDown(image, borderType=cv2.BORDER_REPLICATE).reshape(half.shape)
        np.testing.assert_allclose(half, expected, atol=1e-6)


def plain_double(row, size):
    """Zeros between the samples, filtered by 1 4 6 4 1 over 8, edges repeated."""
    padded = np.concatenate([row[:1], row, row[-1:]])
    spread = np.zeros(2 * len(padded))
    spread[::2] = padded
    return np.convolve(spread, np.array([1, 4, 6, 4, 1]) / 8, mode="same")[2 : 2 + size]


@pytest.mark.parametrize("size", SIZES)
def test_double_interpolates_between_the_samples(size, random_images, numpy_of):
    height, width = size
    small = random_images(2, (height + 1) // 2, (width + 1) // 2, 3)
    rows = np.apply_along_axis(plain_double, 1, small, height)
    expected = np.apply_along_axis(plain_double, 2, rows, width)
    np.testing.assert_allclose(numpy_of(double(small, height, width)), expected, atol=1e-6)


def test_flat_images_stay_flat(numpy_of):
    flat = np.full((1, 9, 12, 2), 0.3, "float32")
    half = numpy_of(halve(flat))
    np.testing.assert_allclose(half, 0.3, atol=1e-6)
    np.testing.assert_allclose(numpy_of(double(half, 9, 12)), 0.3, atol=1e-6)
