import numpy as np
import pytest

from cscfuse_keras.samples.still_life.spectra import (
    CHART,
    MATERIALS,
    Material,
    camera_response,
    daylight,
    wavelengths,
)


def test_reflectance_of_a_step_and_a_bell():
    at = np.array([400.0, 550.0, 700.0])
    np.testing.assert_allclose(Material(0.1, ((0.6, 550, 5),)).reflectance(at), [0.1, 0.4, 0.7], atol=1e-9)
    np.testing.assert_allclose(Material(0.1, (), ((0.6, 550, 20),)).reflectance(at), [0.1, 0.7, 0.1], atol=1e-9)


def test_all_reflectances_are_physical_and_no_two_are_alike():
    spectra = np.stack([material.reflectance(wavelengths(31)) for material in MATERIALS])
    assert spectra.min() > 0
    assert spectra.max() < 1
    apart = np.abs(spectra[:, None] - spectra[None]).max(axis=-1) + np.eye(len(spectra))
    assert apart.min() > 0.001


def test_the_greys_of_the_chart_have_no_colour():
    for grey in CHART[-6:]:
        assert np.ptp(grey.reflectance(wavelengths(31))) == 0


@pytest.mark.parametrize("bands", [3, 8, 31, 101])
def test_white_in_daylight_is_white_to_the_camera(bands):
    at = wavelengths(bands)
    assert daylight(at).max() == 1
    np.testing.assert_allclose(daylight(at) @ camera_response(at), np.ones(3), rtol=1e-12)
