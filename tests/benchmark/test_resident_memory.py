import math
import sys

import numpy as np
import pytest

from cscfuse_keras.benchmark.resident_memory import peak, reset_peak, resident

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


def test_the_peak_remembers_what_was_freed_until_it_is_reset():
    reset_peak()
    before = resident()
    block = np.ones(10_000_000)
    del block
    assert peak() - before > 70e6
    assert resident() - before < 40e6
    reset_peak()
    assert peak() - before < 40e6


def test_elsewhere_it_is_not_known(monkeypatch, tmp_path):
    monkeypatch.setattr("cscfuse_keras.benchmark.resident_memory._STATUS", tmp_path / "missing")
    assert math.isnan(resident())
    assert math.isnan(peak())
