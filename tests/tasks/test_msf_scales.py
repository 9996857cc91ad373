from pathlib import Path

import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.tasks.msf_scales import check_samples, full_scales, unit_cube

PATHS = [Path("low.tif"), Path("guide.tif")]


@pytest.mark.parametrize(
    ("dtypes", "stated", "expected"),
    [
        (("uint16", "uint8"), (None, None), (65535, 255)),
        (("uint16", "uint16"), (2047, None), (2047, 2047)),
        (("uint16", "uint16"), (2047, 4095), (2047, 4095)),
        (("uint16", "uint8"), (2047, None), (2047, 255)),
        (("float32", "float32"), (1.0, None), (1.0, 1.0)),
        (("uint8", "uint8"), (None, 200), (255, 200)),
    ],
)
def test_scales(dtypes, stated, expected):
    assert full_scales([np.dtype(dtype) for dtype in dtypes], stated, PATHS) == expected


@pytest.mark.parametrize(
    ("dtypes", "stated", "words"),
    [
        (("float32", "uint8"), (None, None), ["low.tif", "--full-scale", "float32"]),
        (("uint8", "float64"), (None, None), ["guide.tif", "--guide-full-scale", "float64"]),
        (("uint8", "uint8"), (2047, None), ["--full-scale", "up to 255", "2047"]),
        (("float32", "uint8"), (0.0, None), ["--full-scale", "above 0"]),
    ],
)
def test_scales_that_are_not_known_are_not_guessed(dtypes, stated, words):
    with pytest.raises(UsageError) as caught:
        full_scales([np.dtype(dtype) for dtype in dtypes], stated, PATHS)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("values", [[-1, 5], [0, 11], [0, np.nan]])
def test_samples_outside_their_scale_are_refused(values):
    with pytest.raises(InputError, match=r"low\.tif: expected samples in 0 to the full scale 10"):
        check_samples(np.array(values), 10, PATHS[0])


def test_units():
    unit = unit_cube(np.array([0, 1023.5, 2047]).reshape(1, 3, 1), 2047)
    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit.ravel(), [0, 0.5, 1])
