import importlib

import keras
import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.explain import UnitLog, trace_stacks

pytestmark = pytest.mark.backend


def test_log_of_an_epoch(networks, scenes, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    log = UnitLog(tmp_path)
    log.take_sample({name: np.concatenate([image, image]) for name, image in scenes["ivf"].items()})
    log.set_model(networks["ivf_pyramid"])
    log.on_epoch_end(0)
    log.on_epoch_end(1)
    log.on_train_end()
    events = accumulator.EventAccumulator(str(tmp_path), {"tensors": 0})
    events.Reload()
    tags = set(events.Tags()["tensors"])
    assert {"zeros/level 1 (finest)/unit_0", "thresholds/coder/unit_1", "atoms/coder/unit_1"} <= tags
    assert "channels of most energy/coder" in tags
    assert "atoms/coder/unit_0" not in tags
    logged = events.Tensors("residual norm/level 1 (finest)/unit_1")
    expected = trace_stacks(networks["ivf_pyramid"], scenes["ivf"])[0].units[1].residual_norm
    values = importlib.import_module("tensorflow").make_ndarray
    assert [event.step for event in logged] == [0, 1]
    assert values(logged[0].tensor_proto) == pytest.approx(expected, rel=1e-5)


def test_a_given_sample_is_kept(scenes):
    log = UnitLog("logs", scenes["mef"])
    log.take_sample(np.zeros((2, 3, 8, 8, 3)))
    assert log.sample is scenes["mef"]


def test_a_sample_is_needed(networks):
    log = UnitLog("logs")
    log.set_model(networks["mef"])
    with pytest.raises(ValueError, match="expected a sample"):
        log.on_epoch_end(0)


def test_without_tensorboard(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tensorboard" else find_spec(name))
    with pytest.raises(EnvironmentProblem, match=r"install cscfuse-keras\[tensorboard\]"):
        UnitLog("logs")


def test_training_goes_on_beside_the_log(networks, scenes, tmp_path):
    """The units are run between steps of a training, whose weights they are."""
    network = keras.models.clone_model(networks["msf_joint"])
    # Tracing a training step takes TensorFlow longer than these two steps take without.
    network.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=keras.backend.backend() == "tensorflow")
    truth = np.zeros((1, 32, 34, 3), np.float32)
    seen = []

    class Watch(UnitLog):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            seen.append(trace_stacks(self.model, self.sample)[0].units[1].code.copy())

    network.fit(scenes["msf_joint"], truth, epochs=2, verbose=0, callbacks=[Watch(tmp_path, scenes["msf_joint"])])
    assert not np.array_equal(*seen)
