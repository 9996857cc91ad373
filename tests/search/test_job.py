"""Trainings of a search, and what they are scored on."""

import dataclasses
import threading
import time

import keras
import pytest

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from cscfuse_keras.io.locks import locked
from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.samples.exposure_bracket import exposure_bracket
from cscfuse_keras.search.job import Job, Outcome, Processes, run_job
from cscfuse_keras.search.validation import KINDS, validation_items
from cscfuse_keras.training.recipes import RECIPES
from pipelines.pairs import find_pairs
from pipelines.sources import find_pictures

TINY = {"units": 1, "code_channels": 2, "decoder_channels": [2]}
ONCE = {"epochs": 1, "batch_size": 2, "crop_size": 16, "validation_share": 0.4}
FUSIONS = [
    {"base_rule": rule, "detail_rule": rule, "base_gain": 1.0, "detail_gain": 1.0} for rule in ("sum", "average")
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


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, draw_pictures):
    folder = tmp_path_factory.mktemp("pictures")
    for sensor in ("ir", "vis"):
        draw_pictures(folder / sensor, [f"{stem}.png" for stem in range(5)], (48, 64))
    return folder


def job_of(folder, pictures, **changes):
    values = {
        "folder": folder,
        "network": "ivf",
        "sources": [pictures],
        "validation": [],
        "settings": {"network": TINY, "training": ONCE},
        "fusions": FUSIONS,
        "metrics": ["EN", "Qabf"],
    }
    return Job(**{**values, **changes})


@pytest.fixture(scope="module")
def done(tmp_path_factory, pictures):
    """A job, and its outcomes."""
    job = job_of(tmp_path_factory.mktemp("run") / "run", pictures)
    return job, run_job(job)


def test_one_training_serves_all_rules(done):
    job, (summed, averaged) = done
    assert summed.problem == averaged.problem == ""
    assert summed.scores.keys() == {"EN", "Qabf"}
    assert summed.scores != averaged.scores
    assert (summed.validation_loss, summed.parameters) == (averaged.validation_loss, averaged.parameters)
    assert len((job.folder / "history.csv").read_text().splitlines()) == 2


def test_scores_are_those_of_cscfuse_evaluate(done):
    from cscfuse_keras.tasks import ivf_scores
    from cscfuse_keras.tasks.ivf import IVFFuser

    job, (summed, _) = done
    fuser = IVFFuser(job.folder / "best.keras", **FUSIONS[0])
    source = ivf_scores.FusedSource("", lambda name, infrared, visible: fuser.fuse(infrared, visible))
    kept = validation_items("ivf", job.sources, [], RECIPES["ivf"].settings.from_dict(ONCE))
    scores = [ivf_scores.judge(ivf_scores.Item(*pair), source)[0]["Qabf"] for pair in kept]
    assert len(scores) == 2
    assert summed.scores["Qabf"] == pytest.approx(sum(scores) / 2, abs=1e-9)


def test_a_finished_training_is_not_done_again(done):
    job, outcomes = done
    before = {path: path.stat().st_mtime_ns for path in job.folder.rglob("*") if path.is_file()}
    assert run_job(job) == outcomes
    assert {path: path.stat().st_mtime_ns for path in job.folder.rglob("*") if path.is_file()} == before


def test_a_job_as_text(done):
    job, _ = done
    assert Job.from_json(job.to_json()) == job


def test_a_process_of_its_own_finds_the_same(done):
    job, outcomes = done
    found = Processes().run(job)
    assert found is not None
    assert [each.scores for each in found] == [pytest.approx(each.scores, abs=1e-3) for each in outcomes]


def test_a_stopped_process_leaves_its_trials_open(tmp_path, pictures):
    processes, found = Processes(), []
    thread = threading.Thread(target=lambda: found.append(processes.run(job_of(tmp_path / "run", pictures))))
    thread.start()
    while not (tmp_path / "run" / "log.txt").exists():
        time.sleep(0.01)
    processes.stop()
    thread.join()
    assert found == [None]


def test_a_bad_trial_is_an_outcome(tmp_path, pictures):
    many = {"network": TINY, "training": {**ONCE, "batch_size": 99}}
    outcomes = run_job(job_of(tmp_path / "run", pictures, settings=many))
    assert [outcome.scores for outcome in outcomes] == [{}, {}]
    assert all("at least one batch of 99" in outcome.problem for outcome in outcomes)


def test_an_error_that_nobody_foresaw_is_an_outcome_and_told_in_a_file(done, monkeypatch):
    def fail(*arguments, **settings):
        raise RuntimeError("Problem in a layer.\n\n\x1b[1mShapes differ\x1b[0m\nin many lines")

    monkeypatch.setattr("cscfuse_keras.search.job.judge", fail)
    job, _ = done
    outcome, _ = run_job(job)
    assert outcome == Outcome(
        problem=f"RuntimeError: Problem in a layer. Shapes differ (see {job.folder / 'problem.txt'})"
    )
    assert "in many lines" in (job.folder / "problem.txt").read_text()


def test_a_training_of_another_process_is_left_alone(tmp_path, pictures):
    with locked(tmp_path / "run"), pytest.raises(EnvironmentProblem, match="no other process"):
        run_job(job_of(tmp_path / "run", pictures))


def test_nothing_is_scored_on_pictures_that_were_trained_on(pictures, monkeypatch, tmp_path):
    trained = []

    def record(paths, *arguments):
        trained.extend(paths)
        raise InputError("enough")

    monkeypatch.setattr("pipelines.ivf.training_dataset", record)
    assert "enough" in run_job(job_of(tmp_path / "run", pictures))[0].problem
    items = validation_items("ivf", [pictures], [], RECIPES["ivf"].settings.from_dict(ONCE))
    judged = {file for item in items for file in KINDS["ivf"].files(item)}
    assert len(trained) == 6
    assert judged | set(trained) == set(find_pictures([pictures]))
    assert not judged & set(trained)


@pytest.mark.parametrize("network", ["ivf", "ivf_pyramid"])
def test_pairs_that_are_trained_on_are_refused(network, pictures, tmp_path):
    training = RECIPES[network].settings(validation_share=0.4)
    assert len(validation_items(network, [pictures], [], training)) == 2
    (tmp_path / "link").symlink_to(pictures)
    with pytest.raises(UsageError, match="in --data too"):
        validation_items(network, [pictures], [tmp_path / "link"], training)
    with pytest.raises(UsageError, match="add --validation"):
        validation_items("ivf", [pictures / "ir"], [], RECIPES["ivf"].settings())
    none = RECIPES[network].settings(validation_share=0.0)
    with pytest.raises(InputError, match="none kept for validation"):
        validation_items(network, [pictures], [], none)


def test_pairs_of_their_own(pictures, tmp_path, draw_pictures):
    for sensor in ("ir", "vis"):
        draw_pictures(tmp_path / sensor, ["new.png"])
    assert validation_items("ivf", [pictures / "ir"], [tmp_path], RECIPES["ivf"].settings()) == find_pairs([tmp_path])


def test_patches_need_pictures_to_score_by(tmp_path):
    (tmp_path / "patches.h5").touch()
    for network in NETWORKS:
        with pytest.raises(UsageError, match="found patches; add --validation"):
            validation_items(network, [tmp_path / "patches.h5"], [], RECIPES[network].settings())


def test_exposures_are_judged(mef_model, tmp_path):
    from cscfuse_keras.io import write_picture
    from cscfuse_keras.metrics import metrics_named
    from cscfuse_keras.search.validation import judge

    for k, image in enumerate(exposure_bracket(3, 64, 64)):
        write_picture(tmp_path / "own" / "scene" / f"{k}.png", (255 * image).astype("uint8"))
    training = RECIPES["mef"].settings()
    scenes = validation_items("mef", [tmp_path / "own"], [], dataclasses.replace(training, validation_share=1.0))
    scores, weights = judge("mef", mef_model, {}, scenes, metrics_named("mef", "MEF-SSIM"), training)
    assert 0 < scores["MEF-SSIM"] < 1
    assert weights == keras.saving.load_model(mef_model, compile=False).count_params()
