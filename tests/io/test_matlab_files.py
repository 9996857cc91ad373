"""MATLAB files of version 5, compared with SciPy's reader."""

import io

import numpy as np
import pytest
import scipy.io

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import limits
from cscfuse_keras.io.matlab_files import DamagedError, is_version_5, list_arrays, read_array

DTYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")


def saved(content, **settings):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, content, **settings)
    return buffer


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_are_those_that_scipy_reads(dtype, packed):
    samples = (100 * np.random.default_rng(0).random((5, 7, 3))).astype(dtype)
    arrays = {"cube": samples, "row": samples[0, :, 0], "one": samples[:1, :1, 0], "none": samples[:0, :, 0]}
    others = {"text": "hello", "cell": np.array([1, "a"], object), "struct": {"x": 3}, "complex": samples * 1j}
    file = saved({**others, **arrays}, do_compression=packed)
    expected = scipy.io.loadmat(file)
    found = list_arrays(file)
    assert {name: array.shape for name, array in found.items()} == {name: expected[name].shape for name in arrays}
    for name, array in found.items():
        read = read_array(file, name)
        assert read.dtype == array.dtype == expected[name].dtype
        np.testing.assert_array_equal(read, expected[name])
        assert read.flags.writeable or not read.size


def test_the_other_byte_order():
    """A file by hand: header, then an array of one double stored as a small int16 element."""
    flags = b"\0\0\0\6\0\0\0\10" + b"\0\0\0\6" + bytes(4)
    shape = b"\0\0\0\5\0\0\0\10" + b"\0\0\0\1\0\0\0\2"
    name = b"\0\1\0\1" + b"x\0\0\0"
    samples = b"\0\4\0\3" + b"\1\2\xff\xfe"
    content = flags + shape + name + samples
    element = b"\0\0\0\16" + len(content).to_bytes(4, "big") + content
    file = io.BytesIO(b"MATLAB 5.0".ljust(124) + b"\1\0MI" + element)
    np.testing.assert_array_equal(read_array(file, "x"), [[258.0, -2.0]])


def test_an_array_of_another_name():
    file = saved({"a": np.zeros((2, 2))})
    with pytest.raises(InputError, match="named 'b'"):
        read_array(file, "b")


@pytest.mark.parametrize("packed", [False, True])
def test_every_truncation_is_found(packed):
    content = saved({"a": np.random.default_rng(0).random((2, 3))}, do_compression=packed).getvalue()
    for length in range(128, len(content) - 8):
        with pytest.raises((DamagedError, InputError)):
            read_array(io.BytesIO(content[:length]), "a")


def test_memory_is_limited():
    file = saved({"a": np.zeros((20, 20))}, do_compression=True)
    with limits.limited(memory=3199), pytest.raises(InputError, match="20 x 20 samples"):
        read_array(file, "a")


def test_versions():
    assert is_version_5(saved({"a": 1}))
    assert not is_version_5(saved({"a": 1}, format="4"))
