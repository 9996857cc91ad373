import math

import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.average_gradient import average_gradient


def difference(values, k):
    if k == 0:
        return values[1] - values[0]
    if k == len(values) - 1:
        return values[-1] - values[-2]
    return (values[k + 1] - values[k - 1]) / 2


def by_loops(image):
    height, width = image.shape
    total = 0.0
    for i in range(height):
        for j in range(width):
            gx, gy = difference(image[i, :], j), difference(image[:, j], i)
            total += math.sqrt((gx**2 + gy**2) / 2)
    return total / ((height - 1) * (width - 1))


def test_hand_computed():
    # gx = 3 in the upper row and 5 in the lower, gy = 4 at the left and 6 at the right.
    image = np.array([[0, 3], [4, 9]])
    strengths = [math.hypot(gx, gy) / math.sqrt(2) for gx, gy in ((3, 4), (3, 6), (5, 4), (5, 6))]
    assert average_gradient(image) == pytest.approx(sum(strengths))


def test_ramp():
    # 3 levels a pixel to the right over 5 x 8 pixels: 40 strengths of 3/sqrt(2), divided by 4 * 7.
    ramp = np.tile(3.0 * np.arange(8), (5, 1))
    assert average_gradient(ramp) == pytest.approx(40 * 3 / math.sqrt(2) / 28)


def test_equals_plain_loops(fused):
    assert average_gradient(fused) == pytest.approx(by_loops(fused), rel=1e-12)


def test_blind_to_inversion_and_transposition(fused):
    assert average_gradient(255 - fused) == pytest.approx(average_gradient(fused), rel=1e-12)
    assert average_gradient(fused.T) == pytest.approx(average_gradient(fused), rel=1e-12)


def test_constant_image_has_none():
    assert average_gradient(np.full((3, 3), 9)) == 0.0


def test_one_row_has_no_gradient():
    with pytest.raises(InputError, match="2 x 2"):
        average_gradient(np.zeros((1, 8)))
