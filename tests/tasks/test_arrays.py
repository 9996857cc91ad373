"""Arrays of a stated range."""

import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.tasks.arrays import from_unit, unit_array


@pytest.mark.parametrize(
    ("dtype", "data_range"), [("uint8", 255), ("uint16", 65535), ("uint16", 4095), ("int32", 1000)]
)
def test_every_level_survives_the_round_trip(dtype, data_range):
    levels = np.arange(data_range + 1, dtype=dtype).reshape(1, -1)
    unit = unit_array(levels, data_range, "image")
    assert unit.dtype == np.float32
    assert unit.max() == 1
    np.testing.assert_array_equal(from_unit(unit, data_range, dtype), levels)


@pytest.mark.parametrize(
    ("image", "data_range", "word"),
    [
        (np.full((2, 2), np.nan), 1.0, "nan"),
        (np.full((2, 2), 256.0), 255, "256"),
        (np.full((2, 2), -1), 255, "-1"),
        (np.zeros((2, 2, 4)), 1.0, "(2, 2, 4)"),
        (np.zeros((0, 2)), 1.0, "(0, 2)"),
        (np.zeros((2, 2), bool), 1.0, "bool"),
        (np.zeros((2, 2)), 0, "data_range"),
    ],
)
def test_what_does_not_fit_is_named(image, data_range, word):
    with pytest.raises(InputError) as problem:
        unit_array(image, data_range, "thermal")
    assert word in str(problem.value)
