import math

import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.spatial_frequency import spatial_frequency, valid_spatial_frequency


def with_zero_border(image):
    height, width = image.shape
    total = 0.0
    for i in range(height):
        for j in range(width):
            right = image[i, j + 1] if j + 1 < width else 0
            below = image[i + 1, j] if i + 1 < height else 0
            total += (image[i, j] - right) ** 2 + (image[i, j] - below) ** 2
    return math.sqrt(total / (height * width))


def inside(image):
    height, width = image.shape
    across = [(image[i, j] - image[i, j + 1]) ** 2 for i in range(height) for j in range(width - 1)]
    down = [(image[i, j] - image[i + 1, j]) ** 2 for i in range(height - 1) for j in range(width)]
    return math.sqrt(sum(across) / len(across) + sum(down) / len(down))


def test_hand_computed():
    image = np.array([[1, 4], [3, 9]])
    # To the right: -3, 4 (edge), -6, 9 (edge); down: -2, -5, 3 (edge), 9 (edge).
    assert spatial_frequency(image) == pytest.approx(math.sqrt((9 + 16 + 36 + 81 + 4 + 25 + 9 + 81) / 4))
    assert valid_spatial_frequency(image) == pytest.approx(math.sqrt((9 + 36) / 2 + (4 + 25) / 2))


def test_equal_plain_loops(fused):
    assert spatial_frequency(fused) == pytest.approx(with_zero_border(fused), rel=1e-12)
    assert valid_spatial_frequency(fused) == pytest.approx(inside(fused), rel=1e-12)


def test_constant_image_has_its_border_alone():
    constant = np.full((4, 9), 30.0)
    assert spatial_frequency(constant) == pytest.approx(30 * math.sqrt(1 / 4 + 1 / 9))
    assert valid_spatial_frequency(constant) == 0.0


def test_checkerboard_reaches_the_greatest_value():
    board = 255.0 * (np.indices((6, 6)).sum(axis=0) % 2)
    assert valid_spatial_frequency(board) == pytest.approx(255 * math.sqrt(2))


def test_one_row_has_no_valid_differences_down():
    with pytest.raises(InputError, match="2 x 2"):
        valid_spatial_frequency(np.zeros((1, 8)))
