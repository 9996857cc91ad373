import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import to_depth, to_unit
from cscfuse_keras.io.depth import full_scale_of


@pytest.mark.parametrize(("dtype", "full_scale"), [("uint8", 255), ("uint16", 65535)])
def test_every_level_survives_the_round_trip(dtype, full_scale):
    levels = np.arange(full_scale + 1).astype(dtype)
    unit = to_unit(levels, full_scale)
    assert unit.dtype == np.float32
    assert (unit[0], unit[-1]) == (0, 1)
    back = to_depth(unit, dtype)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, levels)


def test_a_stated_full_scale_is_that_of_sixteen_bits_only():
    levels = np.arange(4096, dtype="uint16")
    np.testing.assert_array_equal(to_depth(to_unit(levels, 4095), "uint16", 4095), levels)
    assert full_scale_of(np.dtype("uint16"), 4095) == 4095
    assert [full_scale_of(np.dtype(dtype), 4095) for dtype in ("uint8", "float32")] == [255, 1]
    assert full_scale_of(np.dtype("uint16")) == 65535


def test_rounds_to_the_nearest_level_instead_of_truncating():
    image = np.array([0.4, 0.6, 99.4, 99.6, 254.6]) / 255
    np.testing.assert_array_equal(to_depth(image, "uint8"), [0, 1, 99, 100, 255])


def test_clips_what_lies_outside():
    image = np.array([-3, -1e-6, 1 + 1e-6, 7], np.float32)
    np.testing.assert_array_equal(to_depth(image, np.uint8), [0, 0, 255, 255])
    np.testing.assert_array_equal(to_depth(image, np.uint16), [0, 0, 65535, 65535])
    clipped = to_depth(image, np.float32)
    assert clipped.dtype == np.float32
    np.testing.assert_array_equal(clipped, [0, 0, 1, 1])


def test_float_pictures_stay_as_they_are(random):
    image = random.random((4, 5), np.float32)
    np.testing.assert_array_equal(to_unit(image, 1.0), image)
    np.testing.assert_array_equal(to_depth(image, np.float32), image)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(bad):
    with pytest.raises(InputError, match="finite"):
        to_depth(np.array([0.5, bad]), np.uint8)


def test_refuses_integers_and_other_dtypes():
    with pytest.raises(InputError, match="uint8; call to_unit first"):
        to_depth(np.array([7], np.uint8), np.uint8)
    with pytest.raises(UsageError, match="found int16"):
        to_depth(np.array([0.5]), np.int16)
