import numpy as np
import pytest

from cscfuse_keras.layers import TwoScaleSplit

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("name", ["02_ivf_encoder_base", "02_ivf_encoder_detail"])
def test_golden_base(name, golden, numpy_of):
    vectors = golden(name)
    base, _ = TwoScaleSplit(11)(vectors["in.image"])
    np.testing.assert_allclose(numpy_of(base), vectors["out.blur"], atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", [(20, 31), (6, 6), (1, 1)])
def test_parts_sum_to_the_image(size, random_images, numpy_of):
    images = random_images(2, *size, 1)
    base, detail = TwoScaleSplit()(images)
    np.testing.assert_allclose(numpy_of(base) + numpy_of(detail), images, atol=1e-7)


def test_a_slope_is_all_base(numpy_of):
    slope = np.tile(np.linspace(0, 1, 21, dtype="float32"), (1, 9, 1))[..., None]
    _, detail = TwoScaleSplit(5)(slope)
    inside = numpy_of(detail)[:, :, 2:-2]
    np.testing.assert_allclose(inside, np.zeros_like(inside), atol=1e-6)


def test_even_window_is_refused():
    with pytest.raises(ValueError, match="window must be odd; received 10"):
        TwoScaleSplit(10)
