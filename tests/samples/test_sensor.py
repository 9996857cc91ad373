import numpy as np
import pytest

from cscfuse_keras.samples.sensor import add_photon_noise, bloom, contrast, infrared_sensor, srgb, vignette


def test_srgb_at_known_values():
    np.testing.assert_allclose(
        srgb(np.array([-1, 0, 0.0031308, 0.2140411, 1, 2])), [0, 0, 0.04045, 0.5, 1, 1], atol=1e-5
    )


def test_contrast_keeps_order_and_ends():
    values = contrast(np.linspace(0, 1, 101))
    assert (np.diff(values) > 0).all()
    np.testing.assert_allclose(values[[0, 50, 100]], [0, 0.5, 1], atol=1e-12)


def test_bloom_spreads_light_and_keeps_it():
    picture = np.zeros((200, 200, 3), np.float32)
    picture[100, 100] = 1000
    spread = bloom(picture, unit=0.5, strength=0.2)
    assert spread.sum() == pytest.approx(picture.sum(), rel=0.02)
    assert spread[100, 100, 0] > 800
    assert spread[100, 110, 0] > spread[100, 130, 0] > 0


def test_vignette_darkens_the_corners_by_its_strength():
    shade = vignette(51, 71, 0.3)[..., 0]
    np.testing.assert_allclose([shade[25, 35], shade[0, 0], shade[-1, -1]], [1.0, 0.7, 0.7], rtol=1e-5)


def test_photon_noise_grows_with_the_signal():
    rng = np.random.default_rng(0)
    dark, bright = (add_photon_noise(np.full((200, 200, 3), v, np.float32), rng, 1e-3, 1e-3) for v in (0.01, 0.64))
    assert bright.std() / dark.std() == pytest.approx(np.sqrt((0.64e-3 + 1e-6) / (0.01e-3 + 1e-6)), rel=0.05)
    assert bright.mean() == pytest.approx(0.64, abs=1e-3)


def test_infrared_sensor_leaves_a_fixed_column_pattern():
    picture = infrared_sensor(np.full((120, 160), 0.5, np.float32), np.random.default_rng(0), unit=1.0)
    assert picture.mean() == pytest.approx(0.5, abs=0.01)
    assert picture.mean(axis=0).std() > 2 * picture.mean(axis=1).std()
