import math

import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.sum_of_correlations_of_differences import sum_of_correlations_of_differences


def test_the_sum_of_the_sources_carries_both_over_in_full(infrared, visible):
    first, second = infrared / 2, visible / 2
    assert sum_of_correlations_of_differences(first + second, (first, second)) == pytest.approx(2.0)


def test_hand_computed():
    first = np.array([[0, 0], [0, 4]])
    second = np.array([[1, 2], [3, 4]])
    fused = np.array([[2, 2], [2, 4]])
    # F - B = (1, 0, -1, 0) and A - mean = (-1, -1, -1, 3): product -1 + 1 = 0.
    # F - A = (2, 2, 2, 0), centred (1, 1, 1, -3)/2, and B centred (-3, -1, 1, 3)/2:
    # (-3 - 1 + 1 - 9)/4 / sqrt(12/4 * 20/4) = -3/sqrt(15). Unsigned differences would give another number.
    expected = 0 - 3 / math.sqrt(15)
    assert sum_of_correlations_of_differences(fused, (first, second)) == pytest.approx(expected)


def test_equals_numpy(fused, infrared, visible):
    expected = (
        np.corrcoef((fused - visible).ravel(), infrared.ravel())[0, 1]
        + np.corrcoef((fused - infrared).ravel(), visible.ravel())[0, 1]
    )
    assert sum_of_correlations_of_differences(fused, (infrared, visible)) == pytest.approx(expected, rel=1e-10)


def test_symmetric_in_the_sources(fused, infrared, visible):
    assert sum_of_correlations_of_differences(fused, (visible, infrared)) == pytest.approx(
        sum_of_correlations_of_differences(fused, (infrared, visible)), rel=1e-12
    )


def test_unsigned_input_does_not_wrap_around(fused, infrared, visible):
    images = [image.astype(np.uint8) for image in (fused, infrared, visible)]
    assert sum_of_correlations_of_differences(images[0], images[1:]) == sum_of_correlations_of_differences(
        fused, (infrared, visible)
    )


@pytest.mark.filterwarnings("error")
def test_has_no_value_where_the_fused_image_is_a_source(infrared, visible):
    assert math.isnan(sum_of_correlations_of_differences(infrared, (infrared, visible)))
    assert math.isnan(sum_of_correlations_of_differences(visible, (visible, visible)))


def test_defined_for_two_sources_alone(fused):
    with pytest.raises(InputError, match="expected 2 images, found 3"):
        sum_of_correlations_of_differences(fused, (fused, fused, fused))
