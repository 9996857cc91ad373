import numpy as np
import pytest

from cscfuse_keras.baselines.guided import low_guides, predicted, regression
from pipelines.wald import Wald, find_sensor


def test_regression_finds_the_line(random_images):
    variables = random_images(9, 8, 3)
    targets = np.stack([variables @ [0.5, 0, -1] + 0.2, variables[..., 1]], axis=-1)
    coefficients = regression(targets, variables)
    np.testing.assert_allclose(coefficients, [[0.5, 0], [0, 1], [-1, 0], [0.2, 0]], atol=1e-6)
    np.testing.assert_allclose(predicted(variables, coefficients), targets, atol=1e-6)
    assert regression(targets[..., 0], variables) == pytest.approx([0.5, 0, -1, 0.2], abs=1e-6)


def test_the_guide_is_degraded_as_each_band(random_images):
    guide, wald = random_images(16, 24, 2), Wald(4, "mtf", find_sensor("quickbird"))
    low = low_guides(guide, 4, wald)
    assert low.shape == (4, 6, 4, 2)
    for channel in range(2):
        same = np.repeat(guide[..., channel : channel + 1], 4, axis=2)
        np.testing.assert_array_equal(low[..., channel], wald.degrade_bands(same))
    assert np.abs(low[..., 3, :] - low[..., 0, :]).max() > 1e-3  # The gains differ.
