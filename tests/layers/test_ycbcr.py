import numpy as np
import pytest

from cscfuse_keras.layers import RGBToYCbCr, YCbCrToRGB
from cscfuse_keras.layers.ycbcr import rgb_to_luma

pytestmark = pytest.mark.backend


def test_golden(golden, numpy_of):
    vectors = golden("11_ycbcr")
    np.testing.assert_allclose(numpy_of(RGBToYCbCr()(vectors["in.rgb"])), vectors["out.ycbcr"], atol=5e-7, rtol=0)
    np.testing.assert_allclose(numpy_of(YCbCrToRGB()(vectors["out.ycbcr"])), vectors["out.rgb_back"], atol=5e-7, rtol=0)


def test_there_and_back(random_images, numpy_of):
    rgb = random_images(2, 3, 5, 6, 3)
    np.testing.assert_allclose(numpy_of(YCbCrToRGB()(RGBToYCbCr()(rgb))), rgb, atol=1e-6)


def test_primary_colours_and_grey_by_hand(numpy_of):
    rgb = np.float32([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.3, 0.3, 0.3]])
    expected = [
        [0.299, 0.331264, 1.0],
        [0.587, 0.168736, 0.081312],
        [0.114, 1.0, 0.418688],
        [0.3, 0.5, 0.5],
    ]
    np.testing.assert_allclose(numpy_of(RGBToYCbCr()(rgb)), expected, atol=1e-6)
    np.testing.assert_allclose(numpy_of(rgb_to_luma(rgb))[:, 0], [0.299, 0.587, 0.114, 0.3], atol=1e-6)


def test_colours_outside_the_cube_are_not_clipped(numpy_of):
    rgb = numpy_of(YCbCrToRGB()(np.float32([[1, 0.5, 1]])))
    np.testing.assert_allclose(rgb, [[1.701, 1 - 0.357068, 1]], atol=1e-6)
