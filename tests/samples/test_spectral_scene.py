import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.samples import spectral_scene


@pytest.fixture(scope="module")
def scene():
    return spectral_scene(height=128, width=128)


@pytest.mark.parametrize(("bands", "height", "width", "scale"), [(31, 64, 64, 2), (5, 72, 132, 4), (8, 77, 65, 1)])
def test_shapes_types_and_ranges(bands, height, width, scale):
    cube, low, guide = spectral_scene(bands, height, width, scale)
    assert cube.shape == (height, width, bands)
    assert low.shape == (height // scale, width // scale, bands)
    assert guide.shape == (height, width, 3)
    for array in (cube, low, guide):
        assert array.dtype == np.float32
        assert array.min() >= 0
        assert 0.5 < array.max() <= 1


def test_same_seed_same_scene(scene):
    for first, second in zip(scene, spectral_scene(height=128, width=128), strict=True):
        np.testing.assert_array_equal(first, second)


def test_other_seed_other_arrangement(scene):
    for first, second in zip(scene, spectral_scene(height=128, width=128, seed=1), strict=True):
        assert np.abs(first - second).mean() > 0.005


def test_low_resolution_cube_is_the_area_average(scene):
    cube, low, _ = scene
    for band in (0, 15, 30):
        expected = cv2.resize(cube[..., band], (64, 64), interpolation=cv2.INTER_AREA)
        np.testing.assert_allclose(low[..., band], expected, atol=1e-6)


def test_guide_is_a_non_negative_linear_function_of_the_spectra(scene):
    cube, _, guide = scene
    spectra, colours = cube.reshape(-1, 31).astype(np.float64), guide.reshape(-1, 3)
    weights, *_ = np.linalg.lstsq(spectra, colours, rcond=None)
    np.testing.assert_allclose(spectra @ weights, colours, atol=1e-5)
    peaks = 400 + 10 * weights.argmax(axis=0)
    assert peaks[0] > peaks[1] > peaks[2]


def test_spectra_are_smooth_and_varied(scene):
    spectra = scene[0].reshape(-1, 31).astype(np.float64)
    assert np.abs(np.diff(spectra, n=2, axis=1)).max() < 0.15
    variance = np.linalg.svd(spectra, compute_uv=False) ** 2
    assert variance[5] / variance.sum() > 1e-5


def test_low_resolution_loses_detail(scene):
    cube, low, _ = scene
    enlarged = cv2.resize(low[..., 15], (128, 128), interpolation=cv2.INTER_CUBIC)
    assert np.mean((enlarged - cube[..., 15]) ** 2) > 1e-4


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"bands": 2}, "bands"),
        ({"height": 65, "width": 64}, "scale"),
        ({"scale": 0}, "scale"),
        ({"height": 62, "width": 64}, "height"),
    ],
)
def test_wrong_arguments_are_refused(arguments, named):
    with pytest.raises(UsageError, match=named):
        spectral_scene(**arguments)
