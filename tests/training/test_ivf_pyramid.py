import dataclasses
import shutil

import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.ivf_pyramid import IVFPyramidConfig
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.training.ivf_pyramid import IVFPyramidTraining, train
from pipelines.pairs import find_pairs, write_pairs

NETWORK = IVFPyramidConfig(levels=2, units=1, code_channels=4, context_channels=2)
TRAINING = IVFPyramidTraining(epochs=3, batch_size=4, crop_size=48, validation_share=0.2, learning_rate=0.005)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, draw_pictures):
    folder = tmp_path_factory.mktemp("pairs")
    for k, sensor in enumerate(("infrared", "visible")):
        draw_pictures(folder / sensor, [f"{(stem + k) % 10}.png" for stem in range(10)], size=(60, 70))
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """Folder of a training, and its progress."""
    run = tmp_path_factory.mktemp("trained")
    return run, train([folder], run, NETWORK, TRAINING)


def test_training_learns_and_keeps_the_best_model(trained, random_images):
    run, progress = trained
    losses = [row["val_loss"] for row in progress.history]
    assert min(losses[1:]) < losses[0]
    preset = load_preset(run / "best.keras", "ivf")
    assert preset.network == "ivf_pyramid"
    pair = {name: random_images(1, 20, 30, 1, seed=k) for k, name in enumerate(("infrared", "visible"))}
    assert preset.model(pair).shape == (1, 20, 30, 1)


def test_resumed_training_equals_an_unbroken_one(folder, trained, tmp_path):
    run, progress = trained
    shutil.copytree(run, tmp_path, dirs_exist_ok=True)
    newest = sorted((tmp_path / "checkpoints").iterdir())[-1]
    newest.unlink()
    with pytest.warns(UserWarning, match="taking the one before"):
        resumed = train([folder], tmp_path, NETWORK, TRAINING, resume=True)
    for first, second in zip(progress.history, resumed.history, strict=True):
        assert first["val_loss"] == pytest.approx(second["val_loss"], rel=1e-4)


def test_training_goes_on_from_weights_that_are_given(folder, trained, tmp_path):
    run, progress = trained
    further = dataclasses.replace(TRAINING, epochs=1, learning_rate=1e-6, start_from=str(run / "best.keras"))
    second = train([folder], tmp_path / "second", NETWORK, further)
    assert second.history[0]["val_loss"] == pytest.approx(progress.best_loss, abs=1e-3)


def test_training_improves_on_the_pictures_of_the_network_to_start_from(folder, trained, tmp_path):
    run, _ = trained
    weights = {name: 0.0 for name in TRAINING.to_dict() if name.endswith("_weight")} | {"reference_weight": 1.0}
    alone = dataclasses.replace(TRAINING, **weights, more_differences=0.2)
    with pytest.raises(UsageError, match="reference_weight: expected reference or start_from"):
        train([folder], tmp_path / "nothing", NETWORK, alone)
    start = str(run / "best.keras")
    same = dataclasses.replace(alone, epochs=1, learning_rate=1e-7, more_differences=0.0, start_from=start)
    assert train([folder], tmp_path / "same", NETWORK, same).best_loss < 0.01
    other = dataclasses.replace(same, start_from="", reference=start)
    assert train([folder], tmp_path / "other", NETWORK, other).best_loss > 0.01
    better = train([folder], tmp_path / "better", NETWORK, dataclasses.replace(alone, start_from=start))
    assert better.best_loss < 0.2


def test_other_settings_than_those_to_start_from_are_refused(folder, trained, tmp_path):
    further = dataclasses.replace(TRAINING, epochs=1, start_from=str(trained[0] / "best.keras"))
    with pytest.raises(UsageError, match="start_from: expected the settings of the network to train"):
        train([folder], tmp_path / "third", dataclasses.replace(NETWORK, code_channels=6), further)


def test_patch_file_trains_without_tensorflow(folder, tmp_path):
    write_pairs(find_pairs([folder]), tmp_path / "pairs.h5", size=48, copies=2)
    progress = train([tmp_path / "pairs.h5"], tmp_path / "run", NETWORK, TRAINING)
    assert len(progress.history) == 3
    assert all(np.isfinite(row["val_loss"]) for row in progress.history)
