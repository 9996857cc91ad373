import math

import numpy as np
import pytest

from cscfuse_keras.metrics.standard_deviation import global_standard_deviation, standard_deviation


def by_columns(image):
    height, width = image.shape
    total = 0.0
    for j in range(width):
        mean = sum(image[i, j] for i in range(height)) / height
        total += sum((image[i, j] - mean) ** 2 for i in range(height))
    return math.sqrt(total / (height * width))


def over_all(image):
    mean = sum(image.ravel()) / image.size
    return math.sqrt(sum((value - mean) ** 2 for value in image.ravel()) / image.size)


def test_hand_computed():
    # Columns (0, 2) and (10, 20): deviations 1, 1, 5, 5; the whole: mean 8, deviations 8, 2, 6, 12.
    image = np.array([[0, 10], [2, 20]])
    assert standard_deviation(image) == pytest.approx(math.sqrt((1 + 1 + 25 + 25) / 4))
    assert global_standard_deviation(image) == pytest.approx(math.sqrt((64 + 4 + 36 + 144) / 4))


def test_vertical_stripes_have_none_by_columns_alone():
    stripes = np.tile([0.0, 200.0], (4, 3))
    assert standard_deviation(stripes) == 0.0
    assert standard_deviation(stripes.T) == pytest.approx(100.0)
    assert global_standard_deviation(stripes) == global_standard_deviation(stripes.T) == pytest.approx(100.0)


def test_equal_plain_loops(fused):
    assert standard_deviation(fused) == pytest.approx(by_columns(fused), rel=1e-12)
    assert global_standard_deviation(fused) == pytest.approx(over_all(fused), rel=1e-12)
    assert standard_deviation(fused) < global_standard_deviation(fused)


def test_constant_image_has_none():
    constant = np.full((6, 5), 33)
    assert standard_deviation(constant) == global_standard_deviation(constant) == 0.0
