import numpy as np
import pytest
from skimage.metrics import structural_similarity as reference_similarity

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.structural_similarity import structural_similarity


def reference(first, second):
    return reference_similarity(
        first, second, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )


def test_equals_scikit_image(fused, infrared, visible):
    expected = (reference(fused, infrared) + reference(fused, visible)) / 2
    assert structural_similarity(fused, (infrared, visible)) == pytest.approx(expected, rel=1e-10)
    assert structural_similarity(fused, (visible, infrared)) == pytest.approx(expected, rel=1e-10)


def test_constant_images_by_hand():
    # No variance: the luminance term alone, (2ab + c)/(a^2 + b^2 + c), c = 2.55^2 = 6.5025.
    fused, source = np.full((12, 13), 100.0), np.full((12, 13), 50.0)
    expected = (2 * 100 * 50 + 6.5025) / (100**2 + 50**2 + 6.5025)
    assert structural_similarity(fused, (source, source)) == pytest.approx(expected, rel=1e-9)


def test_identical_images(fused):
    assert structural_similarity(fused, (fused, fused)) == pytest.approx(1.0)
    black = np.zeros((11, 11))
    assert structural_similarity(black, (black, black)) == pytest.approx(1.0)


def test_inversion_is_negative():
    noise = np.random.default_rng(0).integers(0, 256, (30, 30))
    assert structural_similarity(255 - noise, (noise,)) < -0.9


def test_smaller_than_its_window():
    with pytest.raises(InputError, match="11 x 11 pixels, found 10 x 40"):
        structural_similarity(np.zeros((10, 40)), (np.zeros((10, 40)),))
