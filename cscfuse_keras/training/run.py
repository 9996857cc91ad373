"""A training run whose progress survives a kill, the same for every task."""

import dataclasses
import importlib.util
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from cscfuse_keras.errors import UsageError
from cscfuse_keras.explain.callback import UnitLog
from cscfuse_keras.io.atomic import write_text
from cscfuse_keras.training.data import TrainingData
from cscfuse_keras.training.distribution import ONE_DEVICE, Distribution
from cscfuse_keras.training.progress import Progress, RecordProgress, stopped
from cscfuse_keras.training.stopping import stop_requests


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        epochs: passes over the training data in total.
        learning_rate: learning rate or Keras schedule (of steps).
        validation_batch_size: items of the validation arrays judged at a time.
        gradient_limit: largest norm of a step's gradient, longer ones are shortened to it; 0 leaves all as they are.
    """

    epochs: int
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule
    validation_batch_size: int
    gradient_limit: float = 0.0


def fit(
    model: keras.Model,
    loss: keras.losses.Loss | None,
    data: TrainingData,
    schedule: Schedule,
    progress: Progress,
    save_best: Callable[[Path], None],
    callbacks: Sequence[keras.callbacks.Callback] = (),
    distribution: Distribution = ONE_DEVICE,
) -> None:
    """Compile, go on from the newest checkpoint of `progress` if there is one, and fit with Adam.

    Args:
        model: the network, made in the distribution's scope.
        loss: what to minimise; None for a model that adds its own.
        data: batches and validation arrays.
        schedule: epochs and learning rate.
        progress: record of the run; `Progress.load` finds an earlier one.
        save_best: called with a path when the validation loss is the lowest so far.
        callbacks: further Keras callbacks; a `UnitLog` without a sample gets the first of the validation arrays.
            Only the process that writes calls them.
        distribution: what computes.

    Raises:
        UsageError: the batch size is no multiple of the number of replicas.
        ModelError: the loss became NaN or infinite, or no checkpoint is left of the run.
        EnvironmentProblem: workers were lost, or differ in what they train.
        Stopped: as asked for by Ctrl-C or SIGTERM, at a checkpoint.
    """
    if data.batch_size % distribution.replicas:
        raise UsageError(
            f"batch_size: expected a multiple of the {distribution.replicas} devices that share each batch, found "
            f"{data.batch_size}; change one"
        )
    with distribution.scope():
        optimizer = keras.optimizers.Adam(schedule.learning_rate, global_clipnorm=schedule.gradient_limit or None)
        optimizer.build(model.trainable_variables)
    with distribution.running():
        model.compile(optimizer, loss)
        place = progress.restore(model, data.steps)
        distribution.check_agreement(model, data, place)
        if place.epochs >= schedule.epochs:
            return
        with stop_requests() as asked:
            request = distribution.request(asked)
            recorder = RecordProgress(progress, save_best, data.steps, place, request)
            callbacks = [recorder, *_logs(progress, data, callbacks)]
            # Keras takes epochs of one length: one that was begun before is done by itself.
            parts = [(place.epochs, place.epochs + 1, place.batches)] if place.batches else []
            parts.append((place.epochs + len(parts), schedule.epochs, 0))
            for first, end, skipped in parts:
                if first < end and not request.made:
                    distribution.fit(model, data, (first, end), skipped, schedule.validation_batch_size, callbacks)
    if request.made and progress.epochs_done < schedule.epochs:
        raise stopped(progress)


def _logs(progress, data, callbacks):
    if not progress.writes:
        return []
    for callback in callbacks:
        if isinstance(callback, UnitLog):
            callback.take_sample(data.validation[0])
    return [*_tensorboard(progress.directory), *callbacks]


def open_run(directory: Path, settings: dict[str, Any], resume: bool, writes: bool = True) -> Progress:
    """The run in a folder, new or to go on with.

    Args:
        directory: the run's folder; made if missing.
        settings: all settings as plain data; stored in `settings.json`.
        resume: go on with the run that is there.
        writes: whether this process is the one that writes the folder.

    Raises:
        UsageError: the folder holds a run and `resume` is off, or that run had other settings.
    """
    progress, stored = Progress.load(directory, writes), directory / "settings.json"
    if (progress.history or progress.checkpoints) and not resume:
        raise UsageError(
            f"{directory}: expected a folder without a training run, found one of {progress.epochs_done} epochs; "
            "add --resume to go on with it, or choose another folder"
        )
    settings = json.loads(json.dumps(settings))
    if resume and stored.exists():
        before = json.loads(stored.read_text())
        changed = [
            f"{part}.{name}: {before.get(part, {}).get(name)!r} -> {value!r}"
            for part, values in settings.items()
            for name, value in values.items()
            # Training longer than first asked for is no change of what was done so far.
            if name != "epochs" and before.get(part, {}).get(name) != value
        ]
        if changed:
            raise UsageError(
                f"{directory}: expected the settings of the run there, found {'; '.join(changed)}; "
                "resume with the same settings, or start in another folder"
            )
    if writes:
        write_text(stored, json.dumps(settings, indent=1) + "\n")
    return progress


def _tensorboard(directory: Path) -> Sequence[keras.callbacks.Callback]:
    """TensorBoard logs where TensorFlow and TensorBoard, which write them on every backend, are installed."""
    if not all(importlib.util.find_spec(package) for package in ("tensorflow", "tensorboard")):
        print("no TensorBoard logs: the extra cscfuse-keras[tensorboard] is not installed")
        return []
    return [keras.callbacks.TensorBoard(directory / "tensorboard", write_graph=False)]
