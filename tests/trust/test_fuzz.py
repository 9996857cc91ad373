"""Mutated files for every reader, a short run of `benchmarks/fuzz.py`."""

import importlib.util
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def fuzz():
    specification = importlib.util.spec_from_file_location("fuzz", FOLDER / "fuzz.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    before = list(sys.path)
    specification.loader.exec_module(module)
    yield module
    sys.path[:] = before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the memory of a process")
def test_no_mutated_file_crashes_hangs_or_takes_memory(fuzz):
    from fuzz_targets import TARGETS  # pyright: ignore[reportMissingImports]

    # A model takes half a second to load.
    counts = {name: 3 if name == "keras" else 40 for name in TARGETS}
    seen = []
    for name, outcomes, findings in fuzz.fuzz(counts, seed=1):
        seen.append(name)
        assert not findings, name
        assert outcomes.total() == counts[name]
        # Neither all whole nor all broken from their first byte on.
        assert outcomes["refused"] > 0, name
    assert seen == list(TARGETS)


def test_files_can_be_drawn_again(fuzz):
    files = [fuzz.drawn(name, number, seed) for name in ("png", "npy") for number in (0, 1) for seed in (0, 1)]
    assert files == [fuzz.drawn(name, number, seed) for name in ("png", "npy") for number in (0, 1) for seed in (0, 1)]
    assert len(set(files)) > 6
