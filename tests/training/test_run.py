import json

import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.training.run import open_run

SETTINGS = {"network": {"units": 7, "widths": (32, 16)}, "training": {"epochs": 5, "seed": 0}}


@pytest.fixture
def earlier_run(tmp_path):
    """Folder of a run of one epoch."""
    directory = tmp_path / "run"
    open_run(directory, SETTINGS, resume=False)
    (directory / "progress.json").write_text('{"history": [{"epoch": 1, "loss": 1.0, "val_loss": 1.0}]}')
    return directory


@pytest.mark.parametrize("resume", [False, True])
def test_new_run_stores_its_settings(resume, tmp_path):
    progress = open_run(tmp_path / "deep" / "run", SETTINGS, resume)
    assert (progress.directory, progress.epochs_done) == (tmp_path / "deep" / "run", 0)
    assert json.loads((progress.directory / "settings.json").read_text()) == json.loads(json.dumps(SETTINGS))


def test_run_that_is_there_is_resumed_only_if_asked(earlier_run):
    assert open_run(earlier_run, SETTINGS, resume=True).epochs_done == 1
    with pytest.raises(UsageError, match="found one of 1 epochs; add --resume"):
        open_run(earlier_run, SETTINGS, resume=False)


def test_run_that_died_in_its_first_epoch_may_start_anew_with_other_settings(tmp_path):
    open_run(tmp_path, SETTINGS, resume=False)
    other = {**SETTINGS, "training": {"epochs": 5, "seed": 1}}
    open_run(tmp_path, other, resume=False)
    assert json.loads((tmp_path / "settings.json").read_text())["training"]["seed"] == 1


def test_other_settings_are_refused_and_named(earlier_run):
    before = (earlier_run / "settings.json").read_text()
    changed = {"network": {"units": 8, "widths": (32, 16)}, "training": {"epochs": 5, "seed": 3}}
    with pytest.raises(UsageError, match=r"network\.units: 7 -> 8; training\.seed: 0 -> 3; resume with the same"):
        open_run(earlier_run, changed, resume=True)
    assert (earlier_run / "settings.json").read_text() == before


def test_longer_training_is_no_other_setting(earlier_run):
    longer = {**SETTINGS, "training": {"epochs": 50, "seed": 0}}
    assert open_run(earlier_run, longer, resume=True).epochs_done == 1
