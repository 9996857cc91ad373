import os

import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.io.scratch import forget, scratch_array


def test_holds_what_is_written_and_leaves_no_name(tmp_path):
    array = scratch_array((30, 40, 3), "uint16", tmp_path)
    assert not array.any()
    values = np.random.default_rng(0).integers(0, 65536, array.shape).astype("uint16")
    array[:] = values
    forget(array)
    np.testing.assert_array_equal(array, values)
    assert list(tmp_path.iterdir()) == []
    forget(values)


def test_a_full_disk_is_found_out_at_once(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(EnvironmentProblem, match=r"room for 0.0 GB .*No space left.*--memory-limit"):
        scratch_array((10, 10), "float32", tmp_path)
