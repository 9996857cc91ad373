import cv2
import numpy as np
import pytest

from cscfuse_keras.losses.gaussian_blur import gaussian_blur

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("step", [1, 2])
def test_equals_opencv_inside_the_image(step, random_images, numpy_of):
    image = random_images(21, 30)
    kernel = cv2.getGaussianKernel(5, 1.2)
    expected = cv2.sepFilter2D(image, -1, kernel, kernel)[2:-2, 2:-2][::step, ::step]
    blurred = numpy_of(gaussian_blur(image[None, ..., None], 5, 1.2, step))[0, ..., 0]
    np.testing.assert_allclose(blurred, expected, atol=1e-6)


def test_channels_and_images_are_apart(random_images, numpy_of):
    images = random_images(2, 12, 9, 3)
    blurred = numpy_of(gaussian_blur(images, 3, 0.6))
    alone = numpy_of(gaussian_blur(images[1:, ..., 2:], 3, 0.6))
    assert blurred.shape == (2, 10, 7, 3)
    np.testing.assert_allclose(blurred[1:, ..., 2:], alone, atol=1e-6)
