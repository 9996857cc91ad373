import math

import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from pipelines.wald import SENSORS, Sensor, Wald, find_sensor, gaussian_for_gain

SCALES = [2, 3, 4, 8]


def alternating(scale, count=24):
    """A cosine at the Nyquist frequency of the low resolution, +-1 at the centres of its pixels."""
    centre = (scale - 1) / 2
    wave = np.cos(np.pi * (np.arange(count * scale) - centre) / scale)
    return np.tile(wave, (count * scale, 1)).astype("float32")


@pytest.mark.parametrize("scale", SCALES)
def test_gain_at_the_nyquist_frequency_is_each_bands(scale):
    gains = (0.2, 0.35, 0.5)
    wald = Wald(scale, sensor=Sensor(gains, 0.15))
    wave = alternating(scale)
    for image in (wave, wave.T):
        low = wald.degrade_bands(np.stack([image] * 3, axis=-1))[6:-6, 6:-6]
        signs = (-1.0) ** np.arange(6, 18)
        signs = np.broadcast_to(signs if image is wave else signs[:, np.newaxis], (12, 12))
        np.testing.assert_allclose(low, signs[..., np.newaxis] * gains, atol=2e-3)
        guide = wald.degrade_guide(image[..., np.newaxis])[6:-6, 6:-6, 0]
        np.testing.assert_allclose(guide, 0.15 * signs, atol=2e-3)


@pytest.mark.parametrize("scale", SCALES)
def test_low_resolution_pixels_cover_squares(scale):
    """A ramp keeps its value at the centre of each square."""
    rows, columns = np.mgrid[: 20 * scale, : 24 * scale].astype("float32")
    low = Wald(scale).degrade_bands(np.stack([rows, columns], axis=-1))
    assert low.shape == (20, 24, 2)
    centres = (scale - 1) / 2 + scale * np.arange(24)
    np.testing.assert_allclose(low[6:-6, 6:-6, 0], np.broadcast_to(centres[6:14, np.newaxis], (8, 12)), rtol=1e-5)
    np.testing.assert_allclose(low[6:-6, 6:-6, 1], np.broadcast_to(centres[6:-6], (8, 12)), rtol=1e-5)


@pytest.mark.parametrize("scale", SCALES)
def test_constant_images_stay_up_to_the_border(scale):
    image = np.full((2 * scale, 3 * scale, 1), 0.7, "float32")
    np.testing.assert_allclose(Wald(scale).degrade_bands(image), np.full((2, 3, 1), 0.7), rtol=1e-6)


@pytest.mark.parametrize("turns", range(4))
def test_filter_knows_no_direction(turns, random_images):
    image = random_images(16, 24, 1)
    turned = Wald(4).degrade_bands(np.rot90(image, turns))
    np.testing.assert_allclose(turned, np.rot90(Wald(4).degrade_bands(image), turns), atol=1e-6)


def test_taps_are_a_gaussian():
    taps = gaussian_for_gain(4, 0.3)
    deviation = 4 / math.pi * math.sqrt(-2 * math.log(0.3))
    places = np.arange(len(taps)) - (len(taps) - 1) / 2
    np.testing.assert_allclose(taps / taps.max(), np.exp(-(places**2 - 0.25) / (2 * deviation**2)))
    assert taps.sum() == pytest.approx(1)


def test_nearest_takes_every_first_pixel(random_images):
    image = random_images(6, 9, 4)
    wald = Wald(3, "nearest", SENSORS["worldview-3"])
    for degrade in (wald.degrade_bands, wald.degrade_guide):
        np.testing.assert_array_equal(degrade(image), image[::3, ::3])


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_integers_are_rounded_and_stay_in_range(dtype, random_images):
    top = np.iinfo(dtype).max
    image = np.where(random_images(16, 16, 2) > 0.5, top, 0).astype(dtype)
    low = Wald(2).degrade_bands(image)
    assert low.dtype == dtype
    exact = Wald(2).degrade_bands(image.astype("float32"))
    np.testing.assert_allclose(low, np.clip(exact, 0, top), atol=0.5)


def test_images_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="multiples of the scale 4, found 12 x 10"):
        Wald(4).degrade_bands(np.zeros((10, 12, 3)))
    with pytest.raises(InputError, match="expected 4 bands, as the sensor has, found 3"):
        Wald(2, sensor=SENSORS["ikonos"]).degrade_bands(np.zeros((8, 8, 3)))


def test_sensors_are_found_in_any_case():
    assert find_sensor("GeoEye-1") is SENSORS["geoeye-1"]
    with pytest.raises(UsageError, match=r"sensor: expected one of generic, .*worldview-3.*, found 'spot'"):
        find_sensor("spot")


def test_gains_are_gains():
    for sensor in SENSORS.values():
        assert all(0 < gain < 1 for gain in [*np.atleast_1d(sensor.band_gains), sensor.guide_gain])
