import os
import sys

import pytest

from cscfuse_keras.benchmark.method_process import MethodProcess
from cscfuse_keras.benchmark.worker import BAD_ITEM, BAD_METHOD, FAILED, FUSED

MODULE = """
import dataclasses
import os
import time
import warnings
from pathlib import Path

import numpy as np

from cscfuse_keras.errors import InputError


@dataclasses.dataclass
class Item:
    name: str


class Task:
    def read(self, item):
        if item.name == "unreadable":
            raise InputError("unreadable: expected a picture")
        return (item.name,)

    def fuser(self, method):
        if method == "unloadable":
            raise ImportError("no such package")
        if method == "dead":
            os._exit(3)
        return fuse

    def write(self, path, fused):
        Path(path).write_text(fused)


def fuse(name):
    print("noise from a library")
    os.write(1, b"and from below it")
    if name == "deadly":
        os._exit(7)
    if name == "bad":
        raise ValueError("cannot fuse this")
    if name == "warned":
        warnings.warn("looks odd")
    if name == "slow":
        time.sleep(0.2)
        np.ones(10_000_000)
    return f"{name} by {os.getpid()}"
"""


@pytest.fixture
def module(methods_file):
    return methods_file(MODULE)


def test_a_bad_item_stops_nothing_and_the_process_stays(module, tmp_path):
    output = tmp_path / "result"
    with MethodProcess(module.Task(), "method") as process:
        assert process.fuse(module.Item("unreadable"), output) == (BAD_ITEM, "unreadable: expected a picture")
        kind, (seconds, memory) = process.fuse(module.Item("fine"), output)
        assert kind == FUSED
        first = output.read_text()
        assert process.fuse(module.Item("bad"), output) == (FAILED, "bad: ValueError: cannot fuse this")
        with pytest.warns(UserWarning, match="looks odd"):
            process.fuse(module.Item("warned"), output)
        assert output.read_text().split()[-1] == first.split()[-1]
        kind, (slow, more) = process.fuse(module.Item("slow"), output)
        assert 0.2 <= slow < 2
        assert seconds < 0.1
        if sys.platform == "linux":
            assert more - memory > 50e6
        kind, reason = process.fuse(module.Item("deadly"), output)
        assert kind == FAILED
        assert reason.startswith("deadly: its process ended by itself, code 7")
        assert process.fuse(module.Item("fine"), output)[0] == FUSED
        assert output.read_text() != first


@pytest.mark.parametrize(("method", "reason"), [("unloadable", "no such package"), ("dead", "code 3")])
def test_a_method_that_cannot_be_loaded_is_told_apart(module, tmp_path, method, reason):
    with MethodProcess(module.Task(), method) as process:
        kind, told = process.fuse(module.Item("fine"), tmp_path / "result")
    assert kind == BAD_METHOD
    assert reason in told


def test_the_process_ends_with_the_block(module, tmp_path):
    process = MethodProcess(module.Task(), "method")
    with pytest.raises(KeyboardInterrupt), process:
        process.fuse(module.Item("fine"), tmp_path / "result")
        pid = int((tmp_path / "result").read_text().split()[-1])
        os.kill(pid, 0)
        raise KeyboardInterrupt
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
