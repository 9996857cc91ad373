import cv2
import numpy as np
import pytest

from cscfuse_keras.runtimes.strips import run_in_strips


def blur(image):
    """Depends on two rows above and below, and on the image's own border by reflection."""
    return [cv2.blur(image, (5, 5), borderType=cv2.BORDER_REFLECT_101)[..., np.newaxis]]


@pytest.mark.parametrize("height", [1, 7, 8, 16, 17, 18, 25, 64])
def test_strips_equal_the_whole(height, random_images):
    image = random_images(height, 10, 1)
    np.testing.assert_allclose(run_in_strips(blur, image, 2, pixels=80), blur(image)[0], atol=1e-6)


def test_strips_have_one_size_and_are_no_larger_than_asked(random_images):
    seen = []

    def network(strip):
        seen.append(strip.shape[0])
        return [strip]

    run_in_strips(network, random_images(101, 10, 1), 2, pixels=200)
    assert seen == [21] * 6
