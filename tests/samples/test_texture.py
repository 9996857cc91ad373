import numpy as np

from cscfuse_keras.samples.texture import Noise, fraction, ramp, stripe


def grid(step):
    return np.meshgrid(np.arange(300) * step, np.arange(200) * step)


def test_ramp_and_stripe():
    np.testing.assert_allclose(ramp(1.0, 3.0, np.array([0.0, 1.0, 2.0, 3.0, 9.0])), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(stripe(2.0, 0.5, np.array([1.0, 1.5, 2.0, 2.5, 3.0]), 0.1), [0, 0.5, 1, 0.5, 0])


def test_fraction_of_negative_values_is_positive():
    np.testing.assert_allclose(fraction(np.array([-0.25, 0.0, 3.5])), [0.75, 0.0, 0.5])


def test_noise_has_unit_scale_and_is_smooth_within_a_wavelength():
    values = Noise(np.random.default_rng(0))(*grid(0.05), wavelength=1.0)
    assert abs(values.mean()) < 0.2
    assert 0.7 < values.std() < 1.3
    assert np.abs(np.diff(values, axis=1)).max() < 0.5


def test_noise_is_the_same_for_pictures_and_lists_of_points():
    noise, (u, v) = Noise(np.random.default_rng(0)), grid(0.3)
    np.testing.assert_allclose(noise(u.ravel(), v.ravel(), 2.0, 3), noise(u, v, 2.0, 3).ravel(), atol=1e-6)


def test_octaves_finer_than_the_pixels_are_left_out():
    noise, (u, v) = Noise(np.random.default_rng(0)), grid(0.3)
    assert not noise(u, v, 1.0, 3, footprint=1.0).any()
