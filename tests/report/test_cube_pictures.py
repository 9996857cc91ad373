import numpy as np
import pytest

from cscfuse_keras.report.cube_pictures import (
    absolute_error,
    display_range,
    error_map,
    error_scale,
    rendering,
    rgb_bands,
)


def test_bands_to_show():
    wavelengths = 400 + 10 * np.arange(31)
    assert list(wavelengths[list(rgb_bands(31))]) == [640, 550, 460]
    assert rgb_bands(4) == (2, 1, 0)
    for count in range(1, 40):
        assert all(0 <= band < count for band in rgb_bands(count))


def test_rendering_stretches_by_the_given_range():
    cube = np.zeros((1, 3, 4))
    cube[0, :, 2] = 0.2, 0.25, 0.9
    np.testing.assert_array_equal(rendering(cube, (0.2, 0.4))[0, :, 0], [0, 64, 255])
    assert rendering(cube, (0.2, 0.4)).shape == (1, 3, 3)
    ramp = np.linspace(0, 1, 1001).reshape(1, -1, 1)
    assert display_range(ramp) == pytest.approx((0.005, 0.995))
    flat = np.full((2, 2, 1), 0.5)
    assert rendering(flat, display_range(flat)).max() == 0


def test_error_is_the_mean_over_bands():
    np.testing.assert_allclose(absolute_error(np.array([[[0.5, 0.1]]]), np.array([[[0.4, 0.4]]])), [[0.2]])


@pytest.mark.parametrize(("worst", "scale"), [(0.03, 0.05), (0.011, 0.02), (0.1, 0.1), (0.06, 0.1), (0, 1e-4)])
def test_scale_is_a_round_number_for_all_maps(worst, scale):
    assert error_scale(np.zeros((4, 4)), np.full((4, 4), worst)) == pytest.approx(scale)


def test_error_map_is_black_at_zero_and_brighter_with_the_error():
    colours = error_map(np.array([[0, 0.01, 0.02, 0.05, 0.2]]), 0.05)[0].astype(int)
    assert colours[0].max() < 5
    assert (np.diff(colours.sum(axis=1))[:3] > 0).all()
    np.testing.assert_array_equal(colours[3], colours[4])
    assert colours[4, 0] > colours[4, 2]  # Yellow: red above blue.
