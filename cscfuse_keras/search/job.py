"""A training, and the trials of a search that share it."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import keras

from cscfuse_keras.errors import CSCFuseError, EnvironmentProblem, printable
from cscfuse_keras.io.atomic import write_text
from cscfuse_keras.io.locks import locked
from cscfuse_keras.metrics import METRICS
from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.out_of_memory import is_out_of_memory, out_of_memory
from cscfuse_keras.search.validation import judge, validation_items
from cscfuse_keras.training.progress import Progress
from cscfuse_keras.training.recipes import RECIPES

MODEL = "best.keras"
_BOLD = re.compile(r"\x1b\[\d*m")


@dataclasses.dataclass(frozen=True)
class Job:
    """A training and its trials, as plain data but for the paths.

    Attributes:
        folder: of the training.
        network: name of the network.
        sources: what is trained on.
        validation: what is scored by; see `cscfuse_keras.search.validation.validation_items`.
        settings: `network` and `training`.
        fusions: of each trial, the settings that only fusing sees.
        metrics: names of what is scored.
    """

    folder: Path
    network: str
    sources: Sequence[Path]
    validation: Sequence[Path]
    settings: Mapping[str, Mapping[str, Any]]
    fusions: Sequence[Mapping[str, Any]]
    metrics: Sequence[str]

    def to_json(self) -> str:
        """As text."""
        return json.dumps(dataclasses.asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From the text of `to_json`."""
        values = json.loads(text)
        paths = {part: [Path(path) for path in values[part]] for part in ("sources", "validation")}
        return cls(**{**values, **paths, "folder": Path(values["folder"])})


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a trial.

    Attributes:
        scores: mean values by metric's name; empty if it failed.
        validation_loss: the lowest of its training.
        parameters: number of the network's weights.
        seconds: that the training took.
        problem: why it failed.
    """

    scores: Mapping[str, float] = dataclasses.field(default_factory=dict)
    validation_loss: float | None = None
    parameters: int | None = None
    seconds: float | None = None
    problem: str = ""


def run_job(job: Job) -> list[Outcome]:
    """Train, or go on with a training that was stopped, and score every trial; failures are outcomes, too.

    Raises:
        EnvironmentProblem: what is no trial's fault: another process trains there, the disk is full.
    """
    try:
        with locked(job.folder):
            progress, training = _trained(job)
    except Exception as problem:
        return [_failed(job, problem)] * len(job.fusions)
    outcomes = []
    for fusion in job.fusions:
        try:
            items = validation_items(job.network, job.sources, job.validation, training)
            metrics = [METRICS[name] for name in job.metrics]
            scores, parameters = judge(job.network, job.folder / MODEL, fusion, items, metrics, training)
        except Exception as problem:
            outcomes.append(_failed(job, problem))
        else:
            seconds = sum(row["seconds"] for row in progress.history)
            outcomes.append(Outcome(scores, progress.best_loss, parameters, round(seconds, 1)))
    return outcomes


def _trained(job):
    """The progress of the whole training, and its settings."""
    recipe = RECIPES[job.network]
    network = NETWORKS[job.network].config.from_dict(dict(job.settings["network"]), "network")
    training: Any = recipe.settings.from_dict(dict(job.settings["training"]), "training")
    progress = Progress.load(job.folder)
    if progress.epochs_done < training.epochs:
        # What earlier trainings of this process have left.
        keras.utils.clear_session()
        more = {"validation": job.validation} if job.network == "msf" and job.validation else {}
        progress = recipe.train(job.sources, job.folder, network, training, True, **more)
    return progress, training


def _failed(job: Job, problem: Exception) -> Outcome:
    if isinstance(problem, EnvironmentProblem):
        raise problem
    if is_out_of_memory(problem):
        problem = out_of_memory("memory", "search among smaller networks, crops or batches")
    elif not isinstance(problem, CSCFuseError):
        details = job.folder / "problem.txt"
        write_text(details, "".join(traceback.format_exception(problem)))
        # Keras' first line says where, in bold the next one says what.
        lines = [line.strip() for line in _BOLD.sub("", str(problem)).splitlines() if line.strip()]
        return Outcome(problem=printable(f"{type(problem).__name__}: {' '.join(lines[:2])} (see {details})"))
    return Outcome(problem=printable(str(problem)))


class Processes:
    """Runs jobs in processes of their own, from threads of this one; `stop` ends them at their next checkpoint."""

    def __init__(self):
        self._running: set[subprocess.Popen] = set()
        self._stopped = False

    def run(self, job: Job) -> list[Outcome] | None:
        """Run a job; its messages go to `log.txt` in its folder.

        Returns:
            As `run_job`; None if the process was killed or stopped.

        Raises:
            EnvironmentProblem: as `run_job`.
        """
        request, reply = job.folder / "job.json", job.folder / "outcomes.json"
        write_text(request, job.to_json())
        reply.unlink(missing_ok=True)
        with (job.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "cscfuse_keras.search.job", str(request)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for this process, which then stops those that it has started.
                start_new_session=True,
                # On a GPU the first process would take all memory.
                env={"TF_FORCE_GPU_ALLOW_GROWTH": "true", **os.environ},
            )
            self._running.add(process)
            try:
                if self._stopped:
                    process.terminate()
                process.wait()
            finally:
                self._running.discard(process)
        if not reply.exists():
            return None
        found = json.loads(reply.read_text())
        if isinstance(found, str):
            raise EnvironmentProblem(found)
        return [Outcome(**each) for each in found]

    def stop(self) -> None:
        """End all, and those that are yet to start."""
        self._stopped = True
        for process in list(self._running):
            process.terminate()


def _main(request: Path) -> None:
    """Run the job in a file, and write what becomes of it beside."""
    job = Job.from_json(request.read_text())
    try:
        outcomes: Any = [dataclasses.asdict(outcome) for outcome in run_job(job)]
    except EnvironmentProblem as problem:
        outcomes = str(problem)
    write_text(request.with_name("outcomes.json"), json.dumps(outcomes))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
