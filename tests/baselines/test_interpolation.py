import cv2
import numpy as np
import pytest

from cscfuse_keras.baselines.interpolation import InterpolationFuser, enlarged
from cscfuse_keras.errors import InputError
from pipelines.wald import Wald


@pytest.mark.parametrize("scale", [2, 4])
def test_bilinear_is_opencv_s(random_images, scale):
    image = random_images(6, 9, 3)
    expected = cv2.resize(image, (9 * scale, 6 * scale), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(enlarged(image, Wald(scale), "bilinear"), expected, atol=1e-6)


@pytest.mark.parametrize("kernel", ["bilinear", "bicubic"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_samples_lie_where_the_degradation_took_them(kernel, scale):
    rows, columns = np.mgrid[: 8 * scale, : 10 * scale].astype("float32")
    ramp = np.stack([rows, columns, rows + columns], axis=-1) / (20 * scale)
    for method in ("nearest", "mtf"):
        wald = Wald(scale, method)
        # Inside, a ramp comes back whole; only a shift of the grid could change it.
        inside = slice(3 * scale, 5 * scale)
        restored = enlarged(wald.degrade_bands(ramp), wald, kernel)
        np.testing.assert_allclose(restored[inside, inside], ramp[inside, inside], atol=1e-5)


def test_bicubic_keeps_parabolas_and_samples(random_images):
    line = ((np.arange(12) / 12) ** 2).astype("float32").reshape(1, 12, 1).repeat(6, axis=0)
    places = np.arange(24) / 2
    found = enlarged(line, Wald(2, "nearest"))[4, 4:18, 0]
    np.testing.assert_allclose(found, (places[4:18] / 12) ** 2, atol=1e-6)
    image = random_images(5, 4, 2)
    np.testing.assert_allclose(enlarged(image, Wald(3, "nearest"))[::3, ::3], image, atol=1e-6)


def test_result_is_clipped_and_needs_a_guide_of_the_size():
    board = (np.indices((8, 8)).sum(axis=0) % 2).astype("float32")[..., np.newaxis]
    fused = InterpolationFuser(Wald(2)).fuse(board, np.zeros((16, 16, 1), "float32"))
    assert fused.dtype == np.float32
    assert (fused.min(), fused.max()) == (0, 1)
    with pytest.raises(InputError, match=r"\(2 height, 2 width"):
        InterpolationFuser(Wald(2)).fuse(board, np.zeros((16, 15, 1), "float32"))
