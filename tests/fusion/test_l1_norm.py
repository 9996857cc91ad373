import keras
import numpy as np
import pytest

from cscfuse_keras.fusion import l1_norm
from cscfuse_keras.fusion.l1_norm import activity
from cscfuse_keras.fusion.ratio import share

pytestmark = pytest.mark.backend


def test_golden_weights_and_codes(golden, numpy_of):
    vectors = golden("04_fusion_l1_and_saliency")
    infrared, visible = (keras.ops.convert_to_tensor(vectors[f"in.{name}"]) for name in ("ir", "vis"))
    weights = numpy_of(share(activity(infrared), activity(visible)))
    np.testing.assert_allclose(weights, vectors["out.l1_w_ir"], atol=5 * 1.1e-7, rtol=0)
    fused = numpy_of(l1_norm(infrared, visible))[..., :1]
    np.testing.assert_allclose(fused, vectors["out.l1_fused_ch0"], atol=5 * 1.1e-7, rtol=0)


def test_activity_of_one_pixel(numpy_of):
    code = np.zeros((1, 4, 4, 2), "float32")
    code[0, 0, 1] = [-3, 6]
    expected = np.zeros((4, 4))
    expected[:2, :3] = 1
    np.testing.assert_allclose(numpy_of(activity(code))[0, :, :, 0], expected)


def test_the_only_active_code_is_kept(random_images, numpy_of):
    code = random_images(1, 5, 6, 3, low=0.1)
    np.testing.assert_array_equal(numpy_of(l1_norm(code, np.zeros_like(code))), code)


def test_a_code_of_three_times_the_norm_weighs_three_quarters(numpy_of):
    ones = np.ones((1, 5, 6, 2), "float32")
    np.testing.assert_allclose(numpy_of(l1_norm(3 * ones, -ones)), 3 * 0.75 * ones - 0.25 * ones, rtol=1e-6)
