import numpy as np
import pytest

from cscfuse_keras.samples.spectral_scene import spectral_scene
from pipelines.sensor_estimation import estimated_sensor
from pipelines.wald import Sensor, Wald


@pytest.fixture(scope="module")
def scene():
    truth, _, guide = spectral_scene(4, 96, 112)
    return truth, guide


@pytest.mark.parametrize("gain", [0.2, 0.35, 0.6])
def test_finds_the_gain_of_the_low_pass(gain, scene):
    truth, guide = scene
    bands = Wald(2, "mtf", Sensor(gain, 0.15)).degrade_bands(truth)
    valid = np.ones(bands.shape[:2], bool)
    assert estimated_sensor([(bands, guide, valid)], 2).band_gains == pytest.approx(gain, abs=0.051)


def test_pixels_without_a_value_do_not_count(scene):
    truth, guide = scene
    bands = Wald(2, "mtf", Sensor(0.3, 0.15)).degrade_bands(truth)
    valid = np.ones(bands.shape[:2], bool)
    valid[:, :30] = False
    spoiled = bands.copy()
    spoiled[:, :20] = 1 - spoiled[:, :20]
    assert estimated_sensor([(spoiled, guide, valid)], 2).band_gains == pytest.approx(0.3, abs=0.051)


def test_a_flat_image_tells_nothing_but_fails_not():
    flat = np.full((16, 16, 3), 0.5, "float32"), np.full((32, 32, 1), 0.5, "float32"), np.ones((16, 16), bool)
    assert 0 < estimated_sensor([flat], 2).guide_gain < 1
