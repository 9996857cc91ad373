"""Progress of a training on disk: checkpoints, history, the best model; and how to go on from it."""

import dataclasses
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from cscfuse_keras.errors import ModelError
from cscfuse_keras.io.atomic import replacing, write_text
from cscfuse_keras.training.loss_curve import loss_curve_svg

KEPT_CHECKPOINTS = 2


@dataclasses.dataclass
class Progress:
    """State of a training run in its folder.

    Attributes:
        directory: the run's folder.
        history: one row an epoch done: epoch, losses, learning rate, seconds.
    """

    directory: Path
    history: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    @classmethod
    def load(cls, directory: Path) -> "Progress":
        """Progress found in a folder; an empty one if there is none."""
        state = directory / "progress.json"
        return cls(directory, json.loads(state.read_text())["history"] if state.exists() else [])

    @property
    def epochs_done(self) -> int:
        """Number of epochs done."""
        return len(self.history)

    @property
    def best_loss(self) -> float:
        """Lowest validation loss so far; infinity before the first epoch."""
        return min((row["val_loss"] for row in self.history), default=math.inf)

    def checkpoint(self, epochs: int) -> Path:
        """File that holds weights and optimizer after so many epochs."""
        return self.directory / "checkpoints" / f"epoch-{epochs:04d}.weights.h5"

    def restore(self, model: keras.Model) -> int:
        """Load the newest checkpoint into a compiled model and forget later history.

        Returns:
            Epochs done, 0 if there is nothing to go on from.
        """
        for epochs in range(self.epochs_done, 0, -1):
            if self.checkpoint(epochs).exists():
                model.optimizer.build(model.trainable_variables)
                model.load_weights(self.checkpoint(epochs))
                self.history = self.history[:epochs]
                return epochs
        self.history = []
        return 0

    def record(self, row: dict[str, Any], model: keras.Model) -> None:
        """Store an epoch: checkpoint first, then the history that names it."""
        self.history.append(row)
        with replacing(self.checkpoint(self.epochs_done)) as partial:
            model.save_weights(partial)
        write_text(self.directory / "progress.json", json.dumps({"history": self.history}, indent=1))
        columns = list(self.history[0])
        lines = [",".join(columns)] + [",".join(str(row[name]) for name in columns) for row in self.history]
        write_text(self.directory / "history.csv", "\n".join(lines) + "\n")
        write_text(self.directory / "loss.svg", loss_curve_svg(self.history))
        self.checkpoint(self.epochs_done - KEPT_CHECKPOINTS).unlink(missing_ok=True)


class RecordProgress(keras.callbacks.Callback):
    """Keras callback that records every epoch in a `Progress` and saves the best model.

    Args:
        progress: where to record.
        save_best: called with a path when the validation loss is the lowest so far.
    """

    def __init__(self, progress: Progress, save_best: Callable[[Path], None]):
        super().__init__()
        self.progress = progress
        self.save_best = save_best

    def on_epoch_begin(self, epoch, logs=None):
        """Start the epoch's clock."""
        self.began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """Stop at the first loss that is not a number.

        Raises:
            ModelError: the loss is NaN or infinite.
        """
        if not math.isfinite(logs["loss"]):
            raise ModelError(
                f"training diverged: the loss became {logs['loss']} in epoch {self.progress.epochs_done + 1}, step "
                f"{batch + 1}; the last good weights are kept in {self.progress.directory}; try a lower learning rate"
            )

    def on_epoch_end(self, epoch, logs=None):
        """Record the epoch."""
        is_best = logs["val_loss"] < self.progress.best_loss
        row = {"epoch": epoch + 1, **(logs or {})}
        row["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        row["seconds"] = round(time.perf_counter() - self.began, 2)
        # The best model first: a run killed in between does the epoch again, and finds it to be the best again.
        if is_best:
            with replacing(self.progress.directory / "best.keras") as partial:
                self.save_best(partial)
        self.progress.record(row, self.model)
