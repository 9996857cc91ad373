"""The trials, with a stand-in for the training."""

import threading
import time

import optuna
import pytest

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.search import study as study_module
from cscfuse_keras.search.job import Outcome
from cscfuse_keras.search.study import Study

GRID = "units=1,2,3", "rule=sum,average"


def outcome(job, fusion):
    units = job.settings["network"]["units"]
    if units == 3:
        return Outcome(problem="training diverged")
    return Outcome({"Qabf": units + (fusion["base_rule"] == "sum") / 2, "VIF": 0.5}, 0.1, 100, 1.0)


@pytest.fixture
def jobs(monkeypatch):
    """The jobs that were run."""
    done = []

    def run_job(job):
        done.append(job)
        return [outcome(job, fusion) for fusion in job.fusions]

    monkeypatch.setattr(study_module, "run_job", run_job)
    return done


def run(search, folder, count=100, workers=1):
    study, told = Study(search, folder, str(folder / "trials.db")), []
    study.run(count, workers, told.append)
    return study.results(), told


def test_a_grid_is_tried_once_and_trained_once_for_all_rules(search_of, jobs, tmp_path):
    results, told = run(search_of(*GRID), tmp_path)
    assert {(r.values["units"], r.values["rule"]) for r in results} == {
        (units, rule) for units in (1, 2, 3) for rule in ("sum", "average")
    }
    assert len(results) == len(told) == 6
    assert sorted(len(job.fusions) for job in jobs) == [2, 2, 2]
    assert len({job.folder for job in jobs}) == 3
    assert {r.values["units"] for r in results if r.state == "failed"} == {3}
    assert {r.outcome.problem for r in results if r.state == "failed"} == {"training diverged"}
    best = max(results, key=lambda r: r.outcome.scores.get("Qabf", 0))
    assert best.values == {"units": 2, "rule": "sum"}
    assert best.outcome == Outcome({"VIF": 0.5, "Qabf": 2.5}, 0.1, 100, 1.0)


def test_what_is_done_is_not_done_again(search_of, jobs, tmp_path):
    before, _ = run(search_of(*GRID), tmp_path)
    jobs.clear()
    after, told = run(search_of(*GRID), tmp_path)
    assert (jobs, told) == ([], [])
    assert after == before


def test_more_trials_go_on_with_those_that_are_there(search_of, jobs, tmp_path):
    search = search_of(*GRID)
    assert len(run(search, tmp_path, 2)[0]) == 2
    results, told = run(search, tmp_path, 5)
    assert (len(results), len(told)) == (5, 3)
    results, _ = run(search, tmp_path)
    assert len({tuple(r.values.values()) for r in results}) == len(results) == 6


@pytest.mark.parametrize("sampler", ["grid", "tpe"])
def test_a_trial_that_was_stopped_is_tried_again(search_of, jobs, tmp_path, monkeypatch, sampler):
    search = search_of(*GRID, sampler=sampler)
    done = study_module.run_job

    def stopped(job):
        if len(jobs) == 1:
            raise KeyboardInterrupt
        return done(job)

    monkeypatch.setattr(study_module, "run_job", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(search, tmp_path, 6)
    began = Study(search, tmp_path, str(tmp_path / "trials.db")).results()
    opened = {result.number: result.values for result in began if result.state == "open"}
    assert opened
    monkeypatch.setattr(study_module, "run_job", done)
    results, told = run(search, tmp_path, 6)
    assert [result.number for result in results] == list(range(6))
    assert {result.number: result.values for result in results if result.number in opened} == opened
    assert all(result.state != "open" for result in results)
    assert opened.keys() <= {result.number for result in told}


def test_another_grid_in_the_same_folder_is_another_study(search_of, jobs, tmp_path):
    run(search_of("units=1,2"), tmp_path)
    results, _ = run(search_of("units=1,2,3"), tmp_path)
    assert len(results) == 3
    assert len({job.folder for job in jobs}) == 3


def test_tpe_draws_from_ranges_and_does_not_repeat_itself(search_of, jobs, tmp_path):
    search = search_of("learning_rate=1e-4..1e-2", "units=1,2", "decoder_channels=32 16,8", sampler="tpe")
    first, _ = run(search, tmp_path, 4)
    results, _ = run(search, tmp_path, 8)
    rates = [result.values["learning_rate"] for result in results]
    assert results[:4] == first
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)
    assert len(set(rates)) == 8
    assert {result.values["decoder_channels"] for result in results} <= {(32, 16), (8,)}
    assert {job.settings["training"]["learning_rate"] for job in jobs} == set(rates)


def test_directions_are_those_of_the_registry(search_of, jobs, tmp_path):
    storage = f"sqlite:///{tmp_path / 'trials.db'}"
    search = search_of("units=1", score="VIF,Nabf")
    Study(search, tmp_path, storage)
    (summary,) = optuna.get_all_study_summaries(storage)
    assert [direction.name for direction in summary.directions] == ["MAXIMIZE", "MINIMIZE"]


class FakeProcesses:
    """Counts how many trainings run at a time, and kills the first of two units."""

    def __init__(self):
        self.busy, self.most, self.stopped, self.killed = set(), 0, False, False
        self.lock = threading.Lock()

    def run(self, job):
        with self.lock:
            assert job.folder not in self.busy
            self.busy.add(job.folder)
            self.most = max(self.most, len(self.busy))
        time.sleep(0.05)
        with self.lock:
            self.busy.remove(job.folder)
            if job.settings["network"]["units"] == 2 and not self.killed:
                self.killed = True
                return None
        if job.settings["network"]["units"] == 4:
            raise EnvironmentProblem("disk full")
        return [outcome(job, fusion) for fusion in job.fusions]

    def stop(self):
        self.stopped = True


@pytest.fixture
def processes(monkeypatch):
    made = FakeProcesses()
    monkeypatch.setattr(study_module, "Processes", lambda: made)
    return made


@pytest.mark.parametrize("sampler", ["grid", "tpe"])
def test_workers_train_at_the_same_time_but_never_the_same(search_of, processes, tmp_path, sampler):
    search = search_of("units=1,2", "rule=sum,average,l1_norm", sampler=sampler)
    results, _ = run(search, tmp_path, 8, workers=2)
    assert processes.most == 2
    states = [result.state for result in results]
    assert set(states) == {"complete", "open"}
    again, _ = run(search, tmp_path, 8, workers=2)
    assert {result.state for result in again} == {"complete"}
    assert len(again) == len(results) == (6 if sampler == "grid" else 8)


def test_what_is_no_trials_fault_ends_the_search_and_its_processes(search_of, processes, tmp_path):
    search = search_of("units=4,1")
    with pytest.raises(EnvironmentProblem, match="disk full"):
        run(search, tmp_path, workers=2)
    assert processes.stopped
    results = Study(search, tmp_path, str(tmp_path / "trials.db")).results()
    assert {result.values["units"]: result.state for result in results}[4] == "open"


@pytest.mark.parametrize("name", ["a b#c?d%20é", "plain"])
def test_the_storage_is_the_file_that_was_named(search_of, jobs, tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    run(search_of("units=1"), folder)
    assert [path.name for path in folder.iterdir()] == ["trials.db"]


def test_a_storage_that_cannot_be_used_is_told(search_of, tmp_path):
    (tmp_path / "text.db").write_text("no database, " * 100)
    for storage in (str(tmp_path / "text.db"), str(tmp_path / "missing" / "trials.db"), "sqlite://nowhere/x", "no://x"):
        with pytest.raises(EnvironmentProblem, match="expected a database that Optuna"):
            Study(search_of("units=1"), tmp_path, storage)


def test_optuna_missing_is_told(search_of, tmp_path, monkeypatch):
    monkeypatch.setattr(study_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentProblem, match=r"cscfuse-keras\[search\]"):
        Study(search_of("units=1"), tmp_path, str(tmp_path / "trials.db"))
