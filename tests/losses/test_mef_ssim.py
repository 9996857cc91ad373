import keras
import numpy as np
import pytest

from cscfuse_keras.losses import mef_ssim

pytestmark = pytest.mark.backend


@pytest.fixture
def scene(golden):
    vectors = golden("09_mef_ssim")
    return vectors["in.fused"], vectors["in.sources"][np.newaxis]


def test_golden_value(golden, scene, numpy_of):
    expected = golden("09_mef_ssim")["out.mef_msssim_is_lum"]
    np.testing.assert_allclose(numpy_of(mef_ssim(*scene)), [expected], atol=2.5e-7, rtol=0)


def test_golden_gradient(golden, scene, gradient):
    fused, exposures = scene
    actual = gradient(lambda image: keras.ops.sum(mef_ssim(image, exposures)), fused)
    np.testing.assert_allclose(actual, golden("09_mef_ssim")["out.grad_wrt_fused"], atol=2e-7, rtol=0)


def test_each_scene_of_a_batch_has_its_own_value(scene, random_images, numpy_of):
    fused, exposures = scene
    fused = np.concatenate([fused, random_images(*fused.shape)])
    exposures = np.concatenate([exposures, random_images(*exposures.shape, seed=1)])
    values = numpy_of(mef_ssim(fused, exposures))
    singles = [numpy_of(mef_ssim(fused[k : k + 1], exposures[k : k + 1]))[0] for k in range(2)]
    np.testing.assert_allclose(values, singles, atol=1e-6)
    assert values[0] - values[1] > 0.5


def test_order_of_exposures_does_not_matter(scene, numpy_of):
    fused, exposures = scene
    np.testing.assert_allclose(
        numpy_of(mef_ssim(fused, exposures[:, ::-1])), numpy_of(mef_ssim(fused, exposures)), atol=1e-6
    )


def test_one_for_the_common_image_of_all_exposures(scene, numpy_of):
    fused, _ = scene
    np.testing.assert_allclose(numpy_of(mef_ssim(fused, np.stack([fused] * 3, axis=1))), [1], atol=1e-5)


def test_less_contrast_and_other_brightness_score_less(scene, numpy_of):
    fused, _ = scene
    exposures = np.stack([fused] * 2, axis=1)
    for worse in (0.5 * fused + 0.25, np.clip(fused - 0.3, 0, 1)):
        assert numpy_of(mef_ssim(worse, exposures))[0] < 0.95
