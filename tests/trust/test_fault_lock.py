"""Two processes on one output folder or file: the second one is told, and a lock dies with its process."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
HOLDER = """
import sys, time
from pathlib import Path
from cscfuse_keras.io.locks import locked
with locked(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(100)
"""


@pytest.fixture
def holder():
    """Start a process that holds a folder, or a file in it."""
    started = []

    def hold(folder, file=""):
        process = subprocess.Popen([sys.executable, "-c", HOLDER, folder, file], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def pictures(tmp_path, draw_pictures):
    for sensor in ("infrared", "visible"):
        draw_pictures(tmp_path / "data" / sensor, ["a.png", "b.png"])
    return tmp_path / "data"


def command_for(kind, data, output, msf_model):
    pair = ["--infrared", data / "infrared", "--visible", data / "visible"]
    return {
        "train": ["train", "--task", "ivf", "--data", data, "-o", output, "--crop-size", 16, "--batch-size", 1],
        "evaluate": ["evaluate", "--task", "ivf", *pair, "--fused", data / "visible", "-o", output],
        "export": ["export", "--task", "msf", "--preset", msf_model, "-o", output, "--format", "tflite"],
        "patches": ["patches", "--task", "ivf", "--data", data, "-o", output / "a.h5", "--size", 16],
    }[kind]


@pytest.mark.parametrize("kind", ["train", "evaluate", "export", "patches"])
def test_second_process_is_told(kind, run, tree, holder, pictures, msf_model, tmp_path):
    output = tmp_path / "output"
    first = holder(output, "a.h5" if kind == "patches" else "")
    before = tree(output)
    outcome = run(*command_for(kind, pictures, output, msf_model))
    assert outcome.code == 5
    (line,) = outcome.errors
    assert str(output) in line
    assert f"process {first.pid} " in line
    assert tree(output) == before


def test_another_file_in_the_folder_is_free(run, holder, pictures, tmp_path):
    holder(tmp_path, "other.h5")
    outcome = run("patches", "--task", "ivf", "--data", pictures, "-o", tmp_path / "a.h5", "--size", 16)
    assert outcome.code == 0, outcome.errors


def test_a_lock_dies_with_its_process(run, holder, pictures, tmp_path):
    output = tmp_path / "output"
    first = holder(output, "a.h5")
    first.kill()
    first.wait()
    outcome = run("patches", "--task", "ivf", "--data", pictures, "-o", output / "a.h5", "--size", 16)
    assert outcome.code == 0, outcome.errors
    assert [path.name for path in output.iterdir()] == ["a.h5"]


def test_failure_leaves_no_folder(run, tmp_path):
    (tmp_path / "data").mkdir()
    outcome = run("train", "--task", "ivf", "--data", tmp_path / "data", "-o", tmp_path / "deep" / "run")
    assert outcome.code == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_sigterm_removes_what_is_half_done(tmp_path):
    command = [
        sys.executable,
        "-m",
        "cscfuse_keras",
        "samples",
        "--task",
        "mef",
        "-o",
        tmp_path / "out",
        "--count",
        "50",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGTERM)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, "interrupted\n")
    assert not list(tmp_path.rglob(".partial-*"))
