import csv
import json
import math

import keras
import numpy as np
import pytest

from cscfuse_keras.errors import ModelError
from cscfuse_keras.training.progress import KEPT_CHECKPOINTS, Progress, RecordProgress

pytestmark = pytest.mark.backend
STEPS = 12


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
        progress.record({"epoch": epoch, "loss": 1 / epoch, "val_loss": 2 / epoch}, model, STEPS)
        weights.append(model.get_weights())
    return weights


def test_new_folder_has_no_progress(progress, new_model):
    assert (progress.epochs_done, progress.best_loss) == (0, math.inf)
    place = progress.restore(new_model(), STEPS)
    assert (place.epochs, place.batches) == (0, 0)


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
    assert Progress.load(tmp_path).restore(resumed, STEPS).epochs == 2
    # The moments of Adam count too: they decide the next steps.
    for one in (model, resumed):
        train(one, steps=3)
    for one, other in zip(resumed.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert int(resumed.optimizer.iterations) == 5


def test_only_the_newest_checkpoints_are_kept(progress, new_model):
    record_epochs(progress, new_model(), 5)
    kept = {f"checkpoints/{path.name}" for path in (progress.directory / "checkpoints").iterdir()}
    assert kept == {each.name for each in progress.checkpoints}
    assert [each.epochs for each in progress.checkpoints] == [4, 5]
    assert len(kept) == KEPT_CHECKPOINTS


def missing(path):
    path.unlink()


def truncated(path):
    path.write_bytes(path.read_bytes()[:-100])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [missing, truncated, flipped])
def test_spoilt_checkpoint_means_one_epoch_earlier(spoil, progress, new_model, tmp_path):
    weights = record_epochs(progress, new_model(), 3)
    spoil(tmp_path / progress.checkpoints[-1].name)
    loaded, model = Progress.load(tmp_path), new_model()
    with pytest.warns(UserWarning, match=r"epoch-0003\.npz: expected the checkpoint after 3 epochs.*\(2 epochs\)"):
        assert loaded.restore(model, STEPS).epochs == 2
    assert [row["epoch"] for row in loaded.history] == [1, 2]
    np.testing.assert_array_equal(model.get_weights()[0], weights[1][0])


def test_run_without_any_checkpoint_is_no_new_run(progress, new_model, tmp_path):
    record_epochs(progress, new_model(), 2)
    for each in progress.checkpoints:
        (tmp_path / each.name).unlink()
    with pytest.warns(UserWarning), pytest.raises(ModelError, match="found none after 2 epochs"):
        Progress.load(tmp_path).restore(new_model(), STEPS)


def test_damaged_progress_is_told(progress, new_model, tmp_path):
    record_epochs(progress, new_model(), 1)
    truncated(tmp_path / "progress.json")
    with pytest.raises(ModelError, match=r"progress\.json: expected .* damaged file"):
        Progress.load(tmp_path)


def test_checkpoint_within_an_epoch_is_for_as_many_batches(progress, new_model, tmp_path):
    model = new_model()
    record_epochs(progress, model, 1)
    train(model)
    progress.record_within(model, 3, STEPS)
    place = Progress.load(tmp_path).restore(new_model(), STEPS)
    assert (place.epochs, place.batches) == (1, 3)
    # The sum and the count of the batch trained last.
    assert [float(value) for value in place.running] == [float(variable) for variable in model.metrics_variables]
    with pytest.warns(UserWarning, match=f"found data of {STEPS + 1} batches an epoch"):
        place = Progress.load(tmp_path).restore(new_model(), STEPS + 1)
    assert (place.epochs, place.batches) == (1, 0)


def test_epoch_killed_before_its_history_is_done_again(progress, new_model, tmp_path):
    model = new_model()
    weights = record_epochs(progress, model, 2)
    state = json.loads((tmp_path / "progress.json").read_text())
    state["history"].pop()
    state["checkpoints"].pop()
    (tmp_path / "progress.json").write_text(json.dumps(state))
    loaded, resumed = Progress.load(tmp_path), new_model()
    assert loaded.restore(resumed, STEPS).epochs == 1
    np.testing.assert_array_equal(resumed.get_weights()[0], weights[0][0])
    record_epochs(loaded, resumed, 1)
    assert Progress.load(tmp_path).epochs_done == 2


def callback_for(progress, model, saved):
    callback = RecordProgress(progress, lambda path: saved.append(path.write_text("model")), STEPS)
    callback.set_model(model)
    return callback


def finish_epoch(callback, epoch, validation_loss):
    callback.on_epoch_begin(epoch)
    callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": validation_loss})


def test_best_model_is_saved_when_it_is_better(progress, new_model):
    saved = []
    callback = callback_for(progress, new_model(), saved)
    counts = []
    for epoch, validation_loss in enumerate([0.5, 0.7, 0.5, 0.4]):
        finish_epoch(callback, epoch, validation_loss)
        counts.append(len(saved))
    assert counts == [1, 1, 1, 2]
    assert [row["epoch"] for row in progress.history] == [1, 2, 3, 4]


def test_learning_rate_and_time_are_recorded(progress, new_model):
    finish_epoch(callback_for(progress, new_model(), []), 0, 0.5)
    (row,) = progress.history
    assert row["learning_rate"] == pytest.approx(0.1)
    assert 0 <= row["seconds"] < 100


def test_best_epoch_is_not_recorded_without_its_model(progress, new_model, tmp_path):
    def killed(path):
        raise KeyboardInterrupt

    callback = RecordProgress(progress, killed, STEPS)
    callback.set_model(new_model())
    with pytest.raises(KeyboardInterrupt):
        finish_epoch(callback, 0, 0.5)
    assert Progress.load(tmp_path).epochs_done == 0


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_loss_that_is_no_number_stops_the_training(loss, progress, new_model):
    callback = callback_for(progress, new_model(), [])
    callback.on_epoch_begin(0)
    callback.on_train_batch_end(0, {"loss": 0.5})
    told = r"the loss became (nan|inf) in epoch 1, step 8; no epoch was completed; try a lower learning rate"
    with pytest.raises(ModelError, match=told):
        callback.on_train_batch_end(7, {"loss": loss})
    finish_epoch(callback, 0, 0.5)
    callback.on_epoch_begin(1)
    with pytest.raises(ModelError, match=r"in epoch 2, step 1; the weights of epoch 1 are kept in"):
        callback.on_train_batch_end(0, {"loss": loss})


def test_validation_loss_that_is_no_number_is_not_recorded(progress, new_model):
    callback = callback_for(progress, new_model(), [])
    finish_epoch(callback, 0, 0.5)
    with pytest.raises(ModelError, match="validation loss became nan after epoch 2; the weights of epoch 1 are kept"):
        finish_epoch(callback, 1, math.nan)
    assert progress.epochs_done == 1
