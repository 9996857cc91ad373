"""The trials of a search, which Optuna chooses and keeps."""

import concurrent.futures
import contextlib
import dataclasses
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.search.axes import Values
from cscfuse_keras.search.definition import Search
from cscfuse_keras.search.job import Job, Outcome, Processes, run_job
from cscfuse_keras.search.results import Result

RUNS = "runs"
_OUTCOME = "outcome"
_STATES = {"COMPLETE": "complete", "FAIL": "failed"}


class Study:
    """A search and its trials in an Optuna storage; none of another process may be at work on it.

    Args:
        search: what is searched.
        directory: folder whose `runs` holds the trainings.
        storage: URL as Optuna takes it, or path of an SQLite file.

    Raises:
        EnvironmentProblem: Optuna is not installed, or the storage cannot be used.
    """

    def __init__(self, search: Search, directory: Path, storage: str):
        optuna = _optuna()
        self.search = search
        self.directory = directory
        url = storage if "://" in storage else f"sqlite:///{quote(str(Path(storage).absolute()))}"
        try:
            self._study = optuna.create_study(
                storage=url,
                study_name=f"cscfuse-{search.name}",
                load_if_exists=True,
                directions=[{"higher": "maximize", "lower": "minimize"}[metric.direction] for metric in search.metrics],
            )
        except (ImportError, optuna.exceptions.OptunaError, *_database_errors()) as problem:
            found = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
            raise EnvironmentProblem(
                f"{storage}: expected a database that Optuna can keep trials in, found: {found}; name another --storage"
            ) from problem
        self._study.sampler = self._sampler(optuna)
        self._running = optuna.trial.TrialState.RUNNING
        # Trials that a process which is gone has begun: taken up where they are.
        self._waiting = [
            optuna.trial.Trial(self._study, trial._trial_id)
            for trial in self._study.get_trials(deepcopy=False, states=[self._running])
        ]
        self._values = {trial.number: self._values_of(trial) for trial in self._waiting}

    def run(self, count: int, workers: int, told: Callable[[Result], None]) -> None:
        """Try until the study has so many trials.

        Args:
            count: of trials, with those done before.
            workers: trainings at a time; more than one are processes of their own.
            told: called with every trial that ends.

        Raises:
            EnvironmentProblem: as `run_job`.
        """
        if self.search.sampler == "grid":
            count = min(count, self.search.grid_size)
        with _pool(workers) as (pool, run):
            active: dict[concurrent.futures.Future, list[Any]] = {}
            while True:
                self._ask(count, workers, sum(map(len, active.values())))
                while len(active) < workers and (trials := self._next_group(active.values())):
                    active[pool.submit(run, self._job(trials))] = trials
                if not active:
                    return
                for future in concurrent.futures.wait(active, return_when=concurrent.futures.FIRST_COMPLETED).done:
                    self._note(active.pop(future), future.result(), told)

    def results(self) -> list[Result]:
        """All trials so far."""
        return [self._result(trial) for trial in self._study.get_trials(deepcopy=False)]

    def _sampler(self, optuna):
        if self.search.sampler == "grid":
            return _grid_sampler(optuna, {axis.name: axis.choices for axis in self.search.axes})
        # Not the draws of the sessions before.
        return optuna.samplers.TPESampler(seed=len(self._study.get_trials(deepcopy=False)))

    def _ask(self, count, workers, active):
        """Ask for as many trials as can be chosen now: of a grid all, so that those of one training are together."""
        while len(self._study.get_trials(deepcopy=False)) < count and (
            self.search.sampler == "grid" or active + len(self._waiting) < workers
        ):
            trial = self._study.ask()
            self._values[trial.number] = self._values_of(trial)
            self._waiting.append(trial)

    def _values_of(self, trial):
        return {axis.name: axis.suggest(trial) for axis in self.search.axes}

    def _next_group(self, active: Any) -> list[Any]:
        """Trials of one training that is not under way, no longer waiting; none if there are no such."""
        busy = {self._run_name(trial) for trials in active for trial in trials}
        for first in self._waiting:
            if (run := self._run_name(first)) not in busy:
                group = [trial for trial in self._waiting if self._run_name(trial) == run]
                self._waiting = [trial for trial in self._waiting if trial not in group]
                return group
        return []

    def _run_name(self, trial):
        return self.search.run_name(self.search.candidate(self._values[trial.number]))

    def _job(self, trials: Sequence[Any]) -> Job:
        search = self.search
        candidates = [search.candidate(self._values[trial.number]) for trial in trials]
        first = candidates[0]
        return Job(
            (self.directory / RUNS / search.run_name(first)).absolute(),
            search.network,
            [path.absolute() for path in search.sources],
            [path.absolute() for path in search.validation],
            {"network": first.network.to_dict(), "training": first.training.to_dict()},
            [candidate.fusion for candidate in candidates],
            [metric.name for metric in search.metrics],
        )

    def _note(self, trials: Sequence[Any], outcomes: Sequence[Outcome] | None, told: Callable[[Result], None]) -> None:
        """Keep what became of trials; those whose process was killed stay as they are, for another time."""
        for trial, outcome in zip(trials, outcomes or [], strict=outcomes is not None):
            trial.set_user_attr(_OUTCOME, dataclasses.asdict(outcome))
            if outcome.problem:
                self._study.tell(trial, state=_optuna().trial.TrialState.FAIL)
            else:
                self._study.tell(trial, [outcome.scores[metric.name] for metric in self.search.metrics])
        for trial in trials:
            told(self._result(self._study.get_trials(deepcopy=False)[trial.number]))

    def _result(self, trial: Any) -> Result:
        values = {
            axis.name: axis.values[axis.choices.index(trial.params[axis.name])]
            if isinstance(axis, Values)
            else trial.params[axis.name]
            for axis in self.search.axes
        }
        outcome = Outcome(**trial.user_attrs.get(_OUTCOME, {}))
        state: Any = _STATES.get(trial.state.name, "open")
        return Result(trial.number, values, state, outcome, self.search.run_name(self.search.candidate(values)))


class _Here(concurrent.futures.Executor):
    """Runs what it is given at once, in this thread: a training there can be stopped at a checkpoint."""

    def submit(self, fn, /, *args, **kwargs):
        """Run a function; what it raises is raised here."""
        future = concurrent.futures.Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[tuple[concurrent.futures.Executor, Callable[[Job], list[Outcome] | None]]]:
    """What runs jobs, and how: one at a time in this process, or each in its own."""
    if workers == 1:
        yield _Here(), run_job
        return
    processes = Processes()
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        try:
            yield pool, processes.run
        except BaseException:
            processes.stop()
            raise


def _grid_sampler(optuna, space):
    class GridSampler(optuna.samplers.GridSampler):
        def after_trial(self, study, trial, state, values):
            """Not end Optuna's own loop after the last combination: there is none."""

    return GridSampler(space, seed=0)


def _optuna() -> Any:
    if importlib.util.find_spec("optuna") is None:
        raise EnvironmentProblem(
            "expected the package optuna to search with, found none; install it: pip install cscfuse-keras[search]"
        )
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _database_errors() -> tuple[type[Exception], ...]:
    import sqlalchemy

    return (sqlalchemy.exc.SQLAlchemyError,)
