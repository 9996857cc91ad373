import csv
import json
import math

import keras
import numpy as np
import pytest

from cscfuse_keras.errors import ModelError
from cscfuse_keras.training.progress import KEPT_CHECKPOINTS, Progress, RecordProgress

pytestmark = pytest.mark.backend


@pytest.fixture
def new_model():
    def model():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.1), "mse", jit_compile=False)
        return model

    return model


@pytest.fixture
def progress(tmp_path):
    return Progress.load(tmp_path)


def train(model, steps=1):
    for _ in range(steps):
        model.train_on_batch(np.ones((4, 2), "float32"), np.ones((4, 1), "float32"))


def record_epochs(progress, model, count):
    """Train and record epochs; returns the weights after each."""
    weights = []
    for epoch in range(progress.epochs_done + 1, progress.epochs_done + count + 1):
        train(model)
        progress.record({"epoch": epoch, "loss": 1 / epoch, "val_loss": 2 / epoch}, model)
        weights.append(model.get_weights())
    return weights


def test_new_folder_has_no_progress(progress, new_model):
    assert (progress.epochs_done, progress.best_loss) == (0, math.inf)
    assert progress.restore(new_model()) == 0


def test_recorded_epochs_are_found_again(progress, new_model, tmp_path):
    record_epochs(progress, new_model(), 3)
    loaded = Progress.load(tmp_path)
    assert loaded.history == progress.history
    assert loaded.best_loss == pytest.approx(2 / 3)
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [{name: float(value) for name, value in row.items()} for row in rows] == progress.history
    assert (tmp_path / "loss.svg").read_text().startswith("<svg")


def test_restored_model_goes_on_as_if_never_interrupted(progress, new_model, tmp_path):
    model, resumed = new_model(), new_model()
    record_epochs(progress, model, 2)
    for weight in resumed.weights:
        weight.assign(weight + 1)
    assert Progress.load(tmp_path).restore(resumed) == 2
    # The moments of Adam count too: they decide the next steps.
    for one in (model, resumed):
        train(one, steps=3)
    for one, other in zip(resumed.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
    assert int(resumed.optimizer.iterations) == 5


def test_only_the_newest_checkpoints_are_kept(progress, new_model):
    record_epochs(progress, new_model(), 5)
    kept = {path.name for path in (progress.directory / "checkpoints").iterdir()}
    assert kept == {progress.checkpoint(epochs).name for epochs in (4, 5)}
    assert len(kept) == KEPT_CHECKPOINTS


def test_missing_checkpoint_means_one_epoch_earlier(progress, new_model, tmp_path):
    weights = record_epochs(progress, new_model(), 3)
    progress.checkpoint(3).unlink()
    loaded, model = Progress.load(tmp_path), new_model()
    assert loaded.restore(model) == 2
    assert [row["epoch"] for row in loaded.history] == [1, 2]
    np.testing.assert_array_equal(model.get_weights()[0], weights[1][0])


def test_epoch_killed_before_its_history_is_done_again(progress, new_model, tmp_path):
    model = new_model()
    weights = record_epochs(progress, model, 2)
    state = json.loads((tmp_path / "progress.json").read_text())
    state["history"].pop()
    (tmp_path / "progress.json").write_text(json.dumps(state))
    loaded, resumed = Progress.load(tmp_path), new_model()
    assert loaded.restore(resumed) == 1
    np.testing.assert_array_equal(resumed.get_weights()[0], weights[0][0])
    record_epochs(loaded, resumed, 1)
    assert Progress.load(tmp_path).epochs_done == 2


def callback_for(progress, model, saved):
    callback = RecordProgress(progress, lambda path: saved.append(path.write_text("model")))
    callback.set_model(model)
    return callback


def finish_epoch(callback, epoch, validation_loss):
    callback.on_epoch_begin(epoch)
    callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": validation_loss})


def test_best_model_is_saved_when_it_is_better(progress, new_model):
    saved = []
    callback = callback_for(progress, new_model(), saved)
    counts = []
    for epoch, validation_loss in enumerate([0.5, 0.7, 0.5, math.nan, 0.4]):
        finish_epoch(callback, epoch, validation_loss)
        counts.append(len(saved))
    assert counts == [1, 1, 1, 1, 2]
    assert [row["epoch"] for row in progress.history] == [1, 2, 3, 4, 5]


def test_learning_rate_and_time_are_recorded(progress, new_model):
    finish_epoch(callback_for(progress, new_model(), []), 0, 0.5)
    (row,) = progress.history
    assert row["learning_rate"] == pytest.approx(0.1)
    assert 0 <= row["seconds"] < 100


def test_best_epoch_is_not_recorded_without_its_model(progress, new_model, tmp_path):
    def killed(path):
        raise KeyboardInterrupt

    callback = RecordProgress(progress, killed)
    callback.set_model(new_model())
    with pytest.raises(KeyboardInterrupt):
        finish_epoch(callback, 0, 0.5)
    assert Progress.load(tmp_path).epochs_done == 0


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_loss_that_is_no_number_stops_the_training(loss, progress, new_model):
    callback = callback_for(progress, new_model(), [])
    callback.on_train_batch_end(0, {"loss": 0.5})
    with pytest.raises(ModelError, match=r"the loss became (nan|inf) in epoch 1, step 8.*lower learning rate"):
        callback.on_train_batch_end(7, {"loss": loss})
