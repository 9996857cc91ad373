"""Limits on what files may claim."""

import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import limits, read_picture, write_picture


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in (limits.PIXELS_VARIABLE, limits.MEMORY_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def test_limits_are_on_by_default():
    assert limits.current().pixels == 400_000_000
    assert 0 < limits.current().memory <= limits.machine_memory() / 2


def test_who_sets_them(monkeypatch):
    monkeypatch.setenv(limits.PIXELS_VARIABLE, "5M")
    monkeypatch.setenv(limits.MEMORY_VARIABLE, "2GB")
    assert limits.current() == limits.Limits(5_000_000, 2 * 10**9)
    with limits.limited(pixels=100):
        assert limits.current() == limits.Limits(100, 2 * 10**9)
        with limits.limited(memory=7):
            assert limits.current() == limits.Limits(100, 7)
        assert limits.current().memory == 2 * 10**9
    assert limits.current().pixels == 5_000_000


def test_they_are_set_back_after_an_error():
    with pytest.raises(ZeroDivisionError), limits.limited(pixels=1):
        _ = 1 / 0
    assert limits.current().pixels == 400_000_000


@pytest.mark.parametrize(
    ("text", "amount"),
    [("400000000", 4e8), ("400M", 4e8), ("1.5gb", 1.5e9), (" 2 GB ", 2e9), ("3k", 3000), ("1T", 1e12)],
)
def test_amounts(text, amount):
    assert limits.parse_amount(text, "--memory-limit") == amount


@pytest.mark.parametrize("text", ["", "0", "-1", "much", "1e9", "2 GB 3", "0.1", "9" * 400, "½"])
def test_amounts_that_are_none(text):
    with pytest.raises(UsageError, match=r"--memory-limit: expected a positive number such as .* found"):
        limits.parse_amount(text, "--memory-limit")


def test_readers_take_them(tmp_path):
    write_picture(tmp_path / "picture.png", np.zeros((10, 12), "uint8"))
    with limits.limited(pixels=120):
        assert read_picture(tmp_path / "picture.png").pixels.shape == (10, 12)
    with limits.limited(pixels=119), pytest.raises(InputError, match=f"119 pixels.*{limits.PIXELS_VARIABLE}"):
        read_picture(tmp_path / "picture.png")


def test_memory_is_that_of_the_whole_array():
    with limits.limited(memory=96):
        limits.check_memory((3, 4), 8)
        with pytest.raises(InputError, match=f"at most 96 bytes .* 3 x 5 samples, 120 bytes.*{limits.MEMORY_VARIABLE}"):
            limits.check_memory((3, 5), 8)


@pytest.mark.parametrize(
    ("size", "text"), [(7, "7 bytes"), (2048, "2.05 kB"), (3 * 10**6, "3 MB"), (10**14, "100000 GB")]
)
def test_units(size, text):
    assert limits.in_units(size) == text
