"""Progress of a training on disk: checkpoints, history, the best model; and how to go on from it."""

import dataclasses
import hashlib
import json
import math
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cscfuse_keras.errors import ModelError
from cscfuse_keras.io.atomic import replacing, write_bytes, write_text
from cscfuse_keras.training import checkpoints
from cscfuse_keras.training.loss_curve import loss_curve_svg
from cscfuse_keras.training.stopping import Stopped, StopRequest

KEPT_CHECKPOINTS = 2
_STATE = "progress.json"


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A file of `cscfuse_keras.training.checkpoints`.

    Attributes:
        epochs: that were done.
        batches: of the next epoch that were done.
        steps: batches an epoch.
        sha256: of the file.
    """

    epochs: int
    batches: int
    steps: int
    sha256: str

    @property
    def name(self) -> str:
        """Its path in the run's folder."""
        within = f"-batch-{self.batches:06d}" if self.batches else ""
        return f"checkpoints/epoch-{self.epochs:04d}{within}.npz"

    def __str__(self) -> str:
        within = f" and {self.batches} of {self.steps} batches of the next" if self.batches else ""
        return f"{self.epochs} epochs{within}"


@dataclasses.dataclass(frozen=True, eq=False)
class Place:
    """Where a training goes on.

    Attributes:
        epochs: that are done.
        batches: of the next epoch that are done.
        running: Keras' sums over these.
    """

    epochs: int = 0
    batches: int = 0
    running: Sequence[np.ndarray] = ()


@dataclasses.dataclass
class Progress:
    """State of a training run in its folder.

    Attributes:
        directory: the run's folder.
        history: one row an epoch done: epoch, losses, learning rate, seconds.
        checkpoints: those that are kept, the newest last.
        writes: whether this process is the one that writes the folder.
    """

    directory: Path
    history: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    checkpoints: list[Checkpoint] = dataclasses.field(default_factory=list)
    writes: bool = True

    @classmethod
    def load(cls, directory: Path, writes: bool = True) -> "Progress":
        """Progress found in a folder; an empty one if there is none.

        Raises:
            ModelError: it cannot be read.
        """
        state = directory / _STATE
        if not state.exists():
            return cls(directory, writes=writes)
        try:
            found = json.loads(state.read_text())
            kept = [Checkpoint(**each) for each in found.get("checkpoints", [])]
            return cls(directory, found["history"], kept, writes)
        except (OSError, ValueError, TypeError, KeyError) as problem:
            raise ModelError(
                f"{state}: expected the progress of a training, found a damaged file ({problem}); "
                "put it back, or start in another folder"
            ) from problem

    @property
    def epochs_done(self) -> int:
        """Number of epochs done."""
        return len(self.history)

    @property
    def best_loss(self) -> float:
        """Lowest validation loss so far; infinity before the first epoch."""
        return min((row["val_loss"] for row in self.history), default=math.inf)

    def restore(self, model: keras.Model, steps: int) -> Place:
        """Load the newest checkpoint that is whole into a compiled model, and forget later history.

        Args:
            model: that is trained.
            steps: batches an epoch.

        Raises:
            ModelError: epochs were done, but no checkpoint is left of them.
        """
        while self.checkpoints:
            newest = self.checkpoints[-1]
            found = self._load(newest, model, steps)
            if found is None:
                self.history = self.history[: newest.epochs]
                running = [keras.ops.convert_to_numpy(variable) for variable in model.metrics_variables]
                return Place(newest.epochs, newest.batches, running)
            self.checkpoints.pop()
            before = str(self.checkpoints[-1]) if self.checkpoints else "none is left"
            warnings.warn(
                f"{self.directory / newest.name}: expected the checkpoint after {newest}, found {found}; "
                f"taking the one before ({before})",
                stacklevel=2,
            )
        if self.history:
            raise ModelError(
                f"{self.directory}: expected a checkpoint to go on from, found none after {self.epochs_done} epochs; "
                "put it back, or start in another folder"
            )
        return Place()

    def record(self, row: dict[str, Any], model: keras.Model, steps: int) -> None:
        """Store an epoch: checkpoint first, then the history that names it."""
        self.history.append(row)
        self._save(model, 0, steps)
        if not self.writes:
            return
        columns = list(self.history[0])
        lines = [",".join(columns)] + [",".join(str(row[name]) for name in columns) for row in self.history]
        write_text(self.directory / "history.csv", "\n".join(lines) + "\n")
        write_text(self.directory / "loss.svg", loss_curve_svg(self.history))

    def record_within(self, model: keras.Model, batches: int, steps: int) -> None:
        """Store what so many batches of the epoch under way have taught."""
        self._save(model, batches, steps)

    def _save(self, model, batches, steps):
        content = checkpoints.content_of(model)
        new = Checkpoint(self.epochs_done, batches, steps, hashlib.sha256(content).hexdigest())
        # A run that went back to an earlier checkpoint comes by the same place again.
        kept = [*(each for each in self.checkpoints if each.name != new.name), new]
        self.checkpoints = kept[-KEPT_CHECKPOINTS:]
        if self.writes:
            self._write(new, content)

    def _write(self, new, content):
        write_bytes(self.directory / new.name, content)
        state = {"history": self.history, "checkpoints": [dataclasses.asdict(each) for each in self.checkpoints]}
        write_text(self.directory / _STATE, json.dumps(state, indent=1))
        for path in (self.directory / "checkpoints").glob("epoch-*.npz"):
            if path.name not in {Path(each.name).name for each in self.checkpoints}:
                path.unlink(missing_ok=True)

    def _load(self, checkpoint: Checkpoint, model: keras.Model, steps: int) -> str | None:
        """Load a checkpoint; what is wrong with it, if anything is."""
        try:
            content = (self.directory / checkpoint.name).read_bytes()
        except OSError as problem:
            return str(problem.strerror)
        if hashlib.sha256(content).hexdigest() != checkpoint.sha256:
            return "a damaged file"
        if checkpoint.batches and checkpoint.steps != steps:
            return f"data of {steps} batches an epoch"
        try:
            checkpoints.restore(model, content)
        except ValueError as problem:
            return f"another network's ({problem})"
        return None


class RecordProgress(keras.callbacks.Callback):
    """Keras callback that records every epoch in a `Progress` and saves the best model.

    Args:
        progress: where to record.
        save_best: called with a path when the validation loss is the lowest so far.
        steps: batches an epoch.
        place: where the training goes on.
        request: whether it is to stop; then the state is recorded after the batch.
    """

    def __init__(
        self,
        progress: Progress,
        save_best: Callable[[Path], None],
        steps: int,
        place: Place | None = None,
        request: StopRequest | None = None,
    ):
        super().__init__()
        self.progress = progress
        self.save_best = save_best
        self.steps = steps
        self.place = place or Place()
        self.request = request or StopRequest()

    def on_epoch_begin(self, epoch, logs=None):
        """Start the epoch's clock; in an epoch that was begun before, go on with its sums, too."""
        self.began = time.perf_counter()
        self.done_before = self.place.batches if epoch == self.place.epochs else 0
        if self.done_before:
            for variable, value in zip(self.model.metrics_variables, self.place.running, strict=True):
                variable.assign(value)

    def on_train_batch_end(self, batch, logs=None):
        """Stop at the first loss that is not a number, or if asked to.

        Raises:
            ModelError: the loss is NaN or infinite.
            Stopped: as requested.
        """
        batches = self.done_before + batch + 1
        if not math.isfinite(logs["loss"]):
            raise self._diverged(
                f"the loss became {logs['loss']} in epoch {self.progress.epochs_done + 1}, step {batches}"
            )
        # At an epoch's last batch its end is near.
        if self.request.made and batches < self.steps:
            self.progress.record_within(self.model, batches, self.steps)
            raise stopped(self.progress)

    def on_epoch_end(self, epoch, logs=None):
        """Record the epoch.

        Raises:
            ModelError: the validation loss is NaN or infinite.
        """
        if not math.isfinite(logs["val_loss"]):
            raise self._diverged(f"the validation loss became {logs['val_loss']} after epoch {epoch + 1}")
        is_best = logs["val_loss"] < self.progress.best_loss
        row = {"epoch": epoch + 1, **(logs or {})}
        row["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        row["seconds"] = round(time.perf_counter() - self.began, 2)
        # The best model first: a run killed in between does the epoch again, and finds it to be the best again.
        if is_best and self.progress.writes:
            with replacing(self.progress.directory / "best.keras") as partial:
                self.save_best(partial)
        self.progress.record(row, self.model, self.steps)
        self.model.stop_training = self.request.made

    def _diverged(self, found: str) -> ModelError:
        kept = f"the weights of epoch {self.progress.epochs_done} are kept in {self.progress.directory}"
        return ModelError(
            f"training diverged: {found}; {kept if self.progress.epochs_done else 'no epoch was completed'}; "
            "try a lower learning rate"
        )


def stopped(progress: Progress) -> Stopped:
    """What tells that a training was stopped, and how it goes on."""
    place = progress.checkpoints[-1]
    return Stopped(f"{progress.directory} holds {place}; give the command again with --resume to go on")
