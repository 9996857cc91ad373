import numpy as np
import pytest

from cscfuse_keras.metrics.local_statistics import gaussian_window, local_statistics, window_mean


def test_gaussian_window():
    expected = np.exp(-np.array([4, 1, 0, 1, 4]) / (2 * 1.2**2))
    np.testing.assert_allclose(gaussian_window(5, 1.2).ravel(), expected / expected.sum(), rtol=1e-14)


def test_moments_of_one_window(infrared, visible):
    window = gaussian_window(5, 1.2)
    weights = window @ window.T
    statistics = local_statistics(infrared, visible, window)
    assert statistics.first_mean.shape == (infrared.shape[0] - 4, infrared.shape[1] - 4)
    for i, j in ((0, 0), (40, 47), (13, 29)):
        x, y = infrared[i : i + 5, j : j + 5], visible[i : i + 5, j : j + 5]
        mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
        expected = (
            mean_x,
            mean_y,
            (weights * (x - mean_x) ** 2).sum(),
            (weights * (y - mean_y) ** 2).sum(),
            (weights * (x - mean_x) * (y - mean_y)).sum(),
        )
        assert [part[i, j] for part in statistics] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_window_mean_of_an_image_as_small_as_the_window():
    window = gaussian_window(3, 0.6)
    image = np.arange(9.0).reshape(3, 3)
    np.testing.assert_allclose(window_mean(image, window), [[(window @ window.T * image).sum()]])


def test_variances_are_not_below_zero():
    constants = [np.full((12, 12), level) for level in np.linspace(0.1, 254.9, 97)]
    statistics = [local_statistics(image, image, gaussian_window(11, 1.5)) for image in constants]
    assert min(part.first_variance.min() for part in statistics) >= 0
    assert min(part.second_variance.min() for part in statistics) >= 0
