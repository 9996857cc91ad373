import numpy as np
import pytest

from cscfuse_keras.metrics.viewed_image import filter_by_frequency, full_range


def test_full_range():
    np.testing.assert_array_equal(full_range(np.array([[10.0, 11, 12, 14]])), [[0, 64, 128, 255]])
    np.testing.assert_array_equal(full_range(np.full((2, 3), 9.0)), np.zeros((2, 3)))


@pytest.mark.parametrize("shape", [(12, 20), (13, 21), (12, 21), (13, 20)])
@pytest.mark.parametrize(("down", "across"), [(0, 0), (1, 0), (0, 3), (2, 5)])
def test_waves_are_scaled_by_the_sensitivity_at_their_frequency(shape, down, across):
    rows, columns = np.indices(shape)
    wave = np.cos(2 * np.pi * (down * rows / shape[0] + across * columns / shape[1]) + 0.3)
    seen = filter_by_frequency(wave, 4.0, lambda frequency: 1 + frequency**2)
    np.testing.assert_allclose(seen, wave * (1 + (down**2 + across**2) / 16), atol=1e-12)
