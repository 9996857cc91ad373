"""Too little memory: smaller tiles, then a clear error."""

import json
import subprocess
import sys

import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.out_of_memory import is_out_of_memory, with_halved_tile
from cscfuse_keras.tasks import ivf_files

LIMITED = """
import json, resource, sys
import numpy as np
import keras
from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.runtimes import msf
fuser = MSFFuser(keras.saving.load_model(sys.argv[1], compile=False), "keras", 4096)
low = np.random.default_rng(0).random((768, 768, 4), "float32")
guide = np.random.default_rng(1).random((1536, 1536, 1), "float32")
expected = fuser.fuse(low, guide)
tried = []
tiles = msf.tiles
msf.tiles = lambda window, side: tried.append(side) or tiles(window, side)
size = lambda: int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
def limited(room):
    tried.clear()
    resource.setrlimit(resource.RLIMIT_AS, (size() + room, resource.RLIM_INFINITY))
    try:
        return float(np.abs(fuser.fuse(low, guide) - expected).max())
    except EnvironmentProblem as problem:
        return str(problem)
    except MemoryError:
        return "MemoryError"
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
result = []
for room in json.loads(sys.argv[2]):
    ended = limited(room * 2**20)
    result.append([ended, [side for side in tried if side not in (128, 64, 4096)][:8]])
print(json.dumps(result))
"""


def test_tiles_are_halved_until_they_fit():
    tried = []

    def run(side):
        tried.append(side)
        if side > 100:
            np.empty(2**60, "uint8")
        return side

    assert with_halved_tile(run, 700, 16) == 87
    assert tried == [700, 350, 175, 87]


def test_smallest_tiles_that_do_not_fit_are_an_error():
    with pytest.raises(EnvironmentProblem, match=r"tiles of 25 x 25 pixels: expected enough memory"):
        with_halved_tile(lambda side: np.empty(2**60, "uint8"), 100, 16)


@pytest.mark.parametrize("problem", [ValueError("no"), InputError("out of memory limit"), KeyboardInterrupt()])
def test_other_errors_are_not_tried_again(problem):
    def fail(side):
        tried.append(side)
        raise problem

    tried = []
    with pytest.raises(type(problem)):
        with_halved_tile(fail, 100, 16)
    assert tried == [100]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("[cpu] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"), True),
        (type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor with shape[9]"), True),
        (type("ResourceExhaustedError", (Exception,), {})("file; No space left on device"), False),
        (RuntimeError("shape mismatch"), False),
        (OSError(28, "No space left on device"), False),
    ],
)
def test_what_libraries_say(problem, expected):
    assert is_out_of_memory(problem) is expected


def test_opencv_says_so():
    import cv2

    with pytest.raises(cv2.error) as problem:
        cv2.copyMakeBorder(np.zeros((2, 2), "uint8"), 2**30, 2**30 - 1, 2**20, 2**20, cv2.BORDER_REPLICATE)
    assert is_out_of_memory(problem.value)


@pytest.mark.skipif(sys.platform != "linux", reason="address space can be limited on Linux")
def test_limited_memory(msf_model):
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, msf_model, json.dumps([60, 45])], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]
    ended = json.loads(result.stdout.splitlines()[-1])
    assert any(isinstance(told, float) and told <= 1e-5 and len(set(sides)) > 1 for told, sides in ended), ended


def test_batch_goes_on_after_a_picture_that_is_too_large(run, draw_pictures, tmp_path, monkeypatch):
    for sensor in ("infrared", "visible"):
        draw_pictures(tmp_path / sensor, ["a.png", "b.png", "c.png"])
    fuse = ivf_files.fuse_file

    def fuse_file(fuser, job, *arguments, **settings):
        if job.name == "b":
            np.empty(2**60, "uint8")
        return fuse(fuser, job, *arguments, **settings)

    monkeypatch.setattr(ivf_files, "fuse_file", fuse_file)
    pair = [tmp_path / "infrared", tmp_path / "visible"]
    outcome = run("fuse", "--task", "ivf", *pair, "-o", tmp_path / "out", "--preset", "ivf-lite")
    assert outcome.code == 5
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["a.png", "c.png"]
    assert [line for line in outcome.errors if "b: expected enough memory" in line]


def test_no_memory_at_all_is_one_line(run, monkeypatch, tmp_path):
    monkeypatch.setattr("cscfuse_keras.samples.exposure_bracket", lambda seed: np.empty(2**60, "uint8"))
    outcome = run("samples", "--task", "mef", "-o", tmp_path / "out")
    assert outcome.code == 5
    (line,) = outcome.errors
    assert line.startswith("error: memory: expected enough memory, found too little")
