"""GSA and MTF-GLP, which sharpen by a guide."""

import cv2
import numpy as np
import pytest

from cscfuse_keras.baselines.generalized_laplacian_pyramid import GLPFuser
from cscfuse_keras.baselines.gram_schmidt import GramSchmidtFuser
from cscfuse_keras.baselines.interpolation import InterpolationFuser, enlarged
from cscfuse_keras.errors import InputError
from pipelines.wald import Wald, find_sensor

FUSERS = [GramSchmidtFuser, GLPFuser]


def smooth_noise(seed, size=(96, 128)):
    noise = np.random.default_rng(seed).normal(size=size).astype("float32")
    image = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (1, 3, 8))
    return (image - image.min()) / np.ptp(image)


@pytest.fixture
def truth():
    """Four bands that have most detail in common, and some of their own."""
    common = smooth_noise(0)
    bands = [0.1 + 0.15 * k + (0.2 + 0.05 * k) * common + 0.06 * smooth_noise(k + 1) for k in range(4)]
    return np.stack(bands, axis=-1).astype("float32")


def error(fused, truth):
    return np.sqrt(np.mean((fused - truth) ** 2))


@pytest.mark.parametrize("fuser", FUSERS)
@pytest.mark.parametrize("method", ["mtf", "nearest"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_guide_s_detail_is_better_than_none(truth, fuser, method, channels):
    degradation = Wald(4, method, find_sensor("ikonos"))
    low = degradation.degrade_bands(truth)
    guide = (truth @ np.array([[0.25, 0.5], [0.25, 0.5], [0.25, 0], [0.25, 0]], "float32"))[..., :channels]
    fused = fuser(degradation).fuse(low, guide)
    assert fused.dtype == np.float32
    assert 0 <= fused.min() < fused.max() <= 1
    assert error(fused, truth) < 0.6 * error(InterpolationFuser(degradation).fuse(low, guide), truth)


@pytest.mark.parametrize("fuser", FUSERS)
def test_bands_that_are_the_guide_are_restored(truth, fuser):
    guide = truth[..., :1]
    bands = guide * np.array([0.5, 0.9], "float32") + np.array([0.1, 0], "float32")
    degradation = Wald(4)
    np.testing.assert_allclose(fuser(degradation).fuse(degradation.degrade_bands(bands), guide), bands, atol=1e-4)


@pytest.mark.parametrize("fuser", FUSERS)
def test_scale_and_offset_of_the_guide_do_not_matter(truth, fuser):
    degradation, guide = Wald(4), truth.mean(axis=2, keepdims=True)
    low = degradation.degrade_bands(truth)
    expected = fuser(degradation).fuse(low, guide)
    np.testing.assert_allclose(fuser(degradation).fuse(low, 0.1 + 0.5 * guide), expected, atol=2e-5)


@pytest.mark.parametrize("fuser", FUSERS)
def test_a_guide_without_detail_adds_none(truth, fuser):
    degradation = Wald(4)
    low = degradation.degrade_bands(truth)
    fused = fuser(degradation).fuse(low, np.full((96, 128, 1), 0.5, "float32"))
    np.testing.assert_allclose(fused, enlarged(low, degradation), atol=1e-4)


def test_glp_adds_what_the_low_passed_guide_lacks(truth):
    degradation, guide = Wald(4), truth.mean(axis=2, keepdims=True)
    low = degradation.degrade_bands(truth)
    low_guide = degradation.degrade_bands(guide)
    gains = [np.cov(low[..., k].ravel(), low_guide.ravel())[0, 1] / np.var(low_guide, ddof=1) for k in range(4)]
    expected = enlarged(low, degradation) + np.float32(gains) * (guide - enlarged(low_guide, degradation))
    np.testing.assert_allclose(GLPFuser(degradation).fuse(low, guide), expected.clip(0, 1), atol=1e-5)


@pytest.mark.parametrize("fuser", FUSERS)
def test_what_does_not_fit_is_refused(truth, fuser):
    with pytest.raises(InputError, match="crop both"):
        fuser(Wald(4)).fuse(truth[:24, :31], truth[..., :1])
    with pytest.raises(InputError, match="expected 8 bands, as the sensor has, found 4"):
        fuser(Wald(4, "mtf", find_sensor("worldview-2"))).fuse(truth[:24, :32], truth[..., :1])
