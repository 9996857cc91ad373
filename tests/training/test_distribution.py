"""Trainings on two devices or workers give what one gives; each runs in processes of its own."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import scipy.io

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.ivf import IVFConfig
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.training import ivf
from cscfuse_keras.training.data import TrainingData
from cscfuse_keras.training.distribution import ONE_DEVICE, Distribution, distribution_for
from cscfuse_keras.training.progress import Progress
from cscfuse_keras.training.run import Schedule, fit
from pipelines.patches import write_patches

COMMAND = """
import sys
from cscfuse_keras.cli import main
for devices, folder in zip(sys.argv[1].split(","), sys.argv[2].split(",")):
    main(["train", "--devices", devices, "-o", folder, *sys.argv[3:]])
"""
TWO_CPUS = """
import tensorflow as tf
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
"""


def train_on_devices(devices, folders, what, code=COMMAND, **environment):
    """`cscfuse train` on each number of devices, in one process of its own."""
    arguments = [",".join(map(str, devices)), ",".join(map(str, folders)), *map(str, what)]
    environment = {name: value for name, value in {**os.environ, **environment}.items() if name != "TF_CONFIG"}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def losses(run, name="loss"):
    with (run / "history.csv").open() as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def check_same(run, expected, task):
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(losses(run, name), losses(expected, name), rtol=1e-5)
    one, other = (load_preset(folder / "best.keras", task).model.get_weights() for folder in (expected, run))
    for weight, found in zip(one, other, strict=True):
        np.testing.assert_allclose(found, weight, rtol=1e-3, atol=1e-4)


def test_two_devices_on_jax_learn_what_one_does(random_images, tmp_path):
    pytest.importorskip("jax")
    file = tmp_path / "stacks.h5"
    write_patches("mef", list("abcdefghij"), lambda row, copy: random_images(2, 32, 32, 3, seed=row), file, 1)
    what = ["--task", "mef", "--data", file, "--exposures", 2, "--units", 2, "--code-channels", 4, "--crop-size", 32]
    what += ["--batch-size", 2, "--validation-share", 0.4, "--epochs", 2]
    folders = tmp_path / "one", tmp_path / "two"
    flags = "--xla_force_host_platform_device_count=2 --xla_backend_optimization_level=0"
    train_on_devices([1, 2], folders, what, KERAS_BACKEND="jax", XLA_FLAGS=flags)
    check_same(folders[1], folders[0], "mef")


def test_two_devices_on_tensorflow_learn_what_one_does(random_images, tmp_path):
    pytest.importorskip("tensorflow")
    for k in range(5):
        bands, guide = ((255 * random_images(32, 32, count, seed=k)).astype("uint8") for count in (3, 1))
        (tmp_path / "scenes").mkdir(exist_ok=True)
        scipy.io.savemat(tmp_path / "scenes" / f"{k}.mat", {"I_MS": bands, "I_PAN": guide})
    # Few gradients are as short as this limit: it matters where it is applied. Two replicas do not divide the three
    # scenes of the validation.
    what = ["--task", "msf", "--data", tmp_path / "scenes", "--bands", 3, "--guide-channels", 1, "--units", 2]
    what += ["--code-channels", 4, "--patch-size", 16, "--batch-size", 4, "--steps-per-epoch", 3, "--epochs", 2]
    what += ["--validation-share", 0.6, "--validation-size", 32, "--gradient-limit", 0.01]
    folders = tmp_path / "one", tmp_path / "two"
    train_on_devices([1, 2], folders, what, TWO_CPUS + COMMAND, KERAS_BACKEND="tensorflow")
    check_same(folders[1], folders[0], "msf")


NETWORK = IVFConfig(units=2, code_channels=4, decoder_channels=(4, 1))
TRAINING = ivf.IVFTraining(crop_size=32, batch_size=4, learning_rate=1e-3, validation_share=0.3)
SETTINGS = ["--task", "ivf", "--units", 2, "--code-channels", 4, "--decoder-channels", "4,1", "--crop-size", 32]
SETTINGS += ["--batch-size", 4, "--learning-rate", 1e-3, "--validation-share", 0.3]


def ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


def test_worker_that_is_killed_ends_the_training_and_one_goes_on_alone(draw_pictures, tmp_path):
    pytest.importorskip("tensorflow")
    pictures = tmp_path / "pictures"
    draw_pictures(pictures, [f"{k}.png" for k in range(10)])
    # The second worker's folder shows whether it writes.
    folders = [tmp_path / "run", tmp_path / "run of the second"]
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports(2)]}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", "from cscfuse_keras.cli import main; main()", "train"]
            + [str(argument) for argument in (*SETTINGS, "--data", pictures, "--epochs", 10000, "-o", folder)],
            env={
                **os.environ,
                "KERAS_BACKEND": "tensorflow",
                "TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index, folder in enumerate(folders)
    ]
    try:
        while Progress.load(folders[0]).epochs_done < 2:
            assert all(process.poll() is None for process in both), [process.communicate() for process in both]
            time.sleep(0.05)
        os.kill(both[1].pid, signal.SIGKILL)
        _, errors = both[0].communicate(timeout=60)
    finally:
        for process in both:
            process.kill()
            process.communicate()
    assert both[0].returncode == 5
    (line,) = errors.splitlines()
    assert "expected 2 workers (127.0.0.1:" in line
    assert "found that one has ended" in line
    assert "--resume" in line
    assert not folders[1].exists()
    done = Progress.load(folders[0]).epochs_done
    settings = {**TRAINING.to_dict(), "epochs": done + 2}
    for folder, resume in ((folders[0], True), (tmp_path / "alone", False)):
        ivf.train([pictures], folder, NETWORK, ivf.IVFTraining.from_dict(settings), resume)
    expected = losses(tmp_path / "alone")
    assert len(expected) == done + 2
    np.testing.assert_allclose(losses(folders[0]), expected, rtol=1e-4)
    # Biases before a normalization have no gradient but rounding, which Adam enlarges; they matter to this loss alone.
    np.testing.assert_allclose(losses(folders[0], "val_loss"), losses(tmp_path / "alone", "val_loss"), rtol=0.01)


def test_one_device_by_default(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert distribution_for() is ONE_DEVICE
    alone = {"cluster": {"worker": ["127.0.0.1:1"]}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(alone))
    assert distribution_for() is ONE_DEVICE


def test_more_devices_than_there_are(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    told = {"torch": "expected 1 on the backend torch, found 99"}.get(
        keras.config.backend(), "expected at most .*found 99"
    )
    with pytest.raises(UsageError, match=f"--devices: {told}"):
        distribution_for(99)


TWO_WORKERS = {"cluster": {"worker": ["a:1", "b:1"]}}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        json.dumps(TWO_WORKERS),
        json.dumps({**TWO_WORKERS, "task": {}}),
        json.dumps({**TWO_WORKERS, "task": {"type": "worker", "index": 2}}),
        json.dumps({**TWO_WORKERS, "task": {"type": "evaluator", "index": 0}}),
        json.dumps({**TWO_WORKERS, "task": {"type": "worker", "index": "one"}}),
    ],
)
def test_workers_that_cannot_be_read(text, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UsageError, match=r"^TF_CONFIG: expected \{"):
        distribution_for()


def test_workers_take_all_their_devices(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps({**TWO_WORKERS, "task": {"type": "worker", "index": 1}}))
    monkeypatch.setattr("keras.config.backend", lambda: "tensorflow")
    with pytest.raises(UsageError, match="--devices: expected none beside TF_CONFIG"):
        distribution_for(2)
    monkeypatch.setattr("keras.config.backend", lambda: "jax")
    with pytest.raises(UsageError, match="TF_CONFIG: expected the backend tensorflow, found jax"):
        distribution_for()


def test_batches_that_the_devices_do_not_divide(tmp_path):
    class Three(Distribution):
        replicas = 3

    data = TrainingData(1, 8, (np.zeros((1, 1), "float32"),), lambda epoch, share: None)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with pytest.raises(UsageError, match=r"batch_size: expected a multiple of the 3 devices .*, found 8"):
        fit(model, None, data, Schedule(1, 0.1, 1), Progress(tmp_path), lambda path: None, distribution=Three())
