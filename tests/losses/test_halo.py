import keras
import numpy as np
import pytest

from cscfuse_keras.layers.ycbcr import rgb_to_luma
from cscfuse_keras.losses import halo
from cscfuse_keras.losses.halo import sobel

pytestmark = pytest.mark.backend


def test_golden_value_and_maps(golden, numpy_of):
    vectors = golden("10_halo")
    np.testing.assert_allclose(numpy_of(halo(vectors["in.image"])), [vectors["out.halo"]], atol=1e-8, rtol=0)
    maps = numpy_of(sobel(rgb_to_luma(vectors["in.image"])))
    np.testing.assert_allclose(maps, vectors["out.spatial_gradient"], atol=5e-7, rtol=0)


def test_golden_gradient(golden, gradient):
    vectors = golden("10_halo")
    actual = gradient(lambda image: keras.ops.sum(halo(image)), vectors["in.image"])
    np.testing.assert_allclose(actual, vectors["out.grad_wrt_image"], atol=1e-9, rtol=0)


def test_ramp_by_hand(numpy_of):
    # Slope 0.1 a pixel to the right; half of that at the two border columns; nothing downwards.
    ramp = np.broadcast_to(np.float32([0, 0.1, 0.2, 0.3])[:, None], (2, 5, 4, 3))
    expected = (0.05 + 0.1 + 0.1 + 0.05) / 4 / 2
    np.testing.assert_allclose(numpy_of(halo(ramp)), [expected] * 2, atol=1e-7)


def test_each_image_has_its_own_value(random_images, numpy_of):
    images = random_images(3, 6, 7, 3)
    images[1] = 0.4
    values = numpy_of(halo(images))
    np.testing.assert_allclose(values, [numpy_of(halo(image[None]))[0] for image in images], atol=1e-7)
    assert values[1] == pytest.approx(0, abs=1e-7)
