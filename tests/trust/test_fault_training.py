"""Training that is interrupted, killed, damaged, crowded, or led astray."""

import csv
import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from cscfuse_keras.cli import main
from pipelines.patches import PatchSequence

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks of POSIX")
EPOCHS, STEPS = 3, 4
TINY = [
    *("--task", "ivf", "--units", "1", "--code-channels", "2", "--decoder-channels", "2", "--crop-size", "16"),
    *("--batch-size", "2", "--milestones", "2", "--epochs", str(EPOCHS)),
]


@pytest.fixture(scope="module", autouse=True)
def eager():
    """Tracing a training step takes TensorFlow longer than these few steps take without."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(autouse=True)
def interruptible():
    """Python's own answer to Ctrl-C, which shells take from what they start in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def patches(tmp_path_factory):
    from pipelines.patches import write_patches

    path = tmp_path_factory.mktemp("patches") / "patches.h5"
    smooth = np.random.default_rng(0).random((9, 2, 16, 16, 1), "float32").cumsum(2).cumsum(3)
    smooth /= smooth.max()
    write_patches("ivf", [str(k) for k in range(9)], lambda row, copy: smooth[row, copy], path, copies=2)
    return path


@pytest.fixture
def train(run, patches):
    """Run `cscfuse train` in this process."""

    def train(output, *more):
        outcome = run("train", *TINY, "--data", patches, "-o", output, *more)
        # TensorFlow's, about the fixture `eager`.
        errors = [line for line in outcome.errors if "run_functions_eagerly" not in line]
        return dataclasses.replace(outcome, errors=errors)

    return train


@pytest.fixture(scope="module")
def unbroken(patches, tmp_path_factory):
    """Folder of a run without a break."""
    from click.testing import CliRunner

    folder = tmp_path_factory.mktemp("unbroken")
    result = CliRunner().invoke(main, ["train", *TINY, "--data", str(patches), "-o", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def at_batch(monkeypatch):
    """Do something when a batch, counted from the beginning of the command, is read."""

    def at_batch(number, action):
        read, count = PatchSequence.__getitem__, 0

        def counted(self, batch):
            nonlocal count
            count += 1
            if count == number:
                action()
            return read(self, batch)

        monkeypatch.setattr(PatchSequence, "__getitem__", counted)

    return at_batch


def history(folder):
    with (folder / "history.csv").open() as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def newest(folder):
    """Arrays of the newest checkpoint: weights and state of the optimizer."""
    name = f"epoch-{json.loads((folder / 'progress.json').read_text())['checkpoints'][-1]['epochs']:04d}.npz"
    with np.load(folder / "checkpoints" / name) as arrays:
        return {key: arrays[key] for key in arrays.files}


def assert_same(folder, unbroken):
    assert history(folder) == history(unbroken)
    assert len(history(folder)) == EPOCHS
    for array, expected in zip(newest(folder).values(), newest(unbroken).values(), strict=True):
        np.testing.assert_array_equal(array, expected)
    best = [keras.saving.load_model(each / "best.keras", compile=False).get_weights() for each in (folder, unbroken)]
    for array, expected in zip(*best, strict=True):
        np.testing.assert_array_equal(array, expected)
    assert not list(folder.rglob(".*"))


@pytest.mark.backend
@pytest.mark.parametrize(("number", "batch"), [(signal.SIGINT, 3), (signal.SIGTERM, STEPS + 3)])
def test_interrupted_in_an_epoch(number, batch, train, unbroken, at_batch, tmp_path, monkeypatch):
    at_batch(batch, lambda: os.kill(os.getpid(), number))
    stopped = train(tmp_path)
    assert stopped.code == 130
    (line,) = stopped.errors
    assert line.startswith("interrupted: ")
    assert str(tmp_path) in line
    assert "batches of the next" in line
    assert "--resume" in line
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    monkeypatch.undo()
    refused = train(tmp_path)
    assert refused.code == 2
    assert "--resume" in refused.errors[0]
    resumed = train(tmp_path, "--resume")
    assert (resumed.code, resumed.errors) == (0, [])
    assert_same(tmp_path, unbroken)


def test_interrupted_at_the_end_of_an_epoch(train, unbroken, at_batch, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "cscfuse_keras.training.progress.loss_curve_svg", lambda rows: os.kill(os.getpid(), signal.SIGINT) or "<svg/>"
    )
    stopped = train(tmp_path)
    assert stopped.code == 130
    assert "1 epochs" in stopped.errors[0]
    monkeypatch.undo()
    assert train(tmp_path, "--resume").code == 0
    assert_same(tmp_path, unbroken)


def test_interrupted_twice_ends_at_once(train, at_batch, tmp_path):
    def twice():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    at_batch(2, twice)
    stopped = train(tmp_path)
    assert (stopped.code, stopped.errors) == (130, ["interrupted"])
    assert not list(tmp_path.rglob(".*"))


KILLED = """
import os, signal, sys
import tensorflow as tf
from cscfuse_keras.cli import main
from pipelines.patches import PatchSequence
read, left = PatchSequence.__getitem__, int(sys.argv.pop(1))
def counted(self, batch):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(self, batch)
PatchSequence.__getitem__ = counted
tf.config.run_functions_eagerly(True)
main()
"""


def test_killed_at_a_batch(train, patches, unbroken, tmp_path):
    arguments = ["train", *TINY, "--data", patches, "-o", tmp_path]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(2 * STEPS + 3), *map(str, arguments)], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(history(tmp_path)) == 2
    assert train(tmp_path, "--resume").code == 0
    assert_same(tmp_path, unbroken)


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_newest_checkpoint_spoilt(train, unbroken, at_batch, tmp_path, monkeypatch):
    at_batch(2 * STEPS + 2, lambda: os.kill(os.getpid(), signal.SIGINT))
    assert train(tmp_path).code == 130
    monkeypatch.undo()
    (within,) = (tmp_path / "checkpoints").glob("*-batch-*")
    flipped(within)
    resumed = train(tmp_path, "--resume")
    assert resumed.code == 0
    (line,) = resumed.errors
    assert line.startswith("warning: ")
    assert f"{within}: expected" in line
    assert "taking the one before (1 epochs)" in line
    assert_same(tmp_path, unbroken)


def test_no_checkpoint_left(train, unbroken, tmp_path, tree):
    assert train(tmp_path).code == 0
    for path in (tmp_path / "checkpoints").iterdir():
        flipped(path)
    before = {path: content for path, content in tree(tmp_path).items() if path.name != "settings.json"}
    resumed = train(tmp_path, "--resume", "--epochs", EPOCHS + 1)
    assert resumed.code == 4
    assert f"found none after {EPOCHS} epochs" in resumed.errors[-1]
    assert {path: content for path, content in tree(tmp_path).items() if path.name != "settings.json"} == before


def test_loss_that_is_no_number(train, tmp_path):
    outcome = train(tmp_path, "--learning-rate", 1e38)
    assert outcome.code == 4
    (line,) = outcome.errors
    assert "training diverged" in line
    assert "lower learning rate" in line
    kept = json.loads((tmp_path / "progress.json").read_text())["history"] if "are kept" in line else []
    assert bool(kept) == ("no epoch was completed" not in line)
    for path in (tmp_path / "checkpoints").glob("*"):
        with np.load(path) as arrays:
            assert all(np.isfinite(arrays[name]).all() for name in arrays.files)


def test_hashes_are_those_of_the_files(unbroken):
    for each in json.loads((unbroken / "progress.json").read_text())["checkpoints"]:
        content = (unbroken / "checkpoints" / f"epoch-{each['epochs']:04d}.npz").read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
