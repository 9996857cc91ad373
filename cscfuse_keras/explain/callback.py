"""What the units do, logged to TensorBoard while a network learns."""

import importlib
import importlib.util
import os
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.explain import pictures
from cscfuse_keras.explain.traces import StackTrace, first_of_coders
from cscfuse_keras.explain.tracing import Inputs, trace_stacks

_CHANNELS = 8


class UnitLog(keras.callbacks.Callback):
    """Logs after every epoch what the units do with one sample, always the same.

    Numbers: exact zeros, energy, residual norm and thresholds above zero of every unit. Histograms: thresholds.
    Pictures: atoms of every dictionary, and the channels of most energy of the last code. For any model that
    `trace_stacks` takes, on any backend; TensorFlow writes the logs.

    Args:
        directory: of the logs.
        sample: as the model takes it; by default the first of those that a training of this project validates with.

    Raises:
        EnvironmentProblem: TensorFlow or TensorBoard is not installed.
    """

    def __init__(self, directory: str | os.PathLike, sample: Inputs | None = None):
        super().__init__()
        for package in ("tensorflow", "tensorboard"):
            if not importlib.util.find_spec(package):
                raise EnvironmentProblem(
                    f"expected {package} to write logs with, found none installed; install cscfuse-keras[tensorboard]"
                )
        self.directory = os.fspath(directory)
        self.sample = sample
        self._writer: Any = None

    def take_sample(self, validation: Inputs) -> None:
        """Use the first of many samples, if none was given."""
        if self.sample is None:
            several = isinstance(validation, Mapping)
            self.sample = {k: v[:1] for k, v in validation.items()} if several else validation[:1]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Log."""
        if self.sample is None:
            raise ValueError("UnitLog: expected a sample, found none; give it one")
        summary = importlib.import_module("tensorflow").summary
        self._writer = self._writer or summary.create_file_writer(self.directory)
        stacks = trace_stacks(self.model, self.sample)
        with self._writer.as_default(step=epoch):
            for stack in stacks:
                _log_numbers(summary, stack)
            for stack in first_of_coders(stacks):
                _log_learned(summary, stack)
        self._writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Close the logs."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _log_numbers(summary: Any, stack: StackTrace) -> None:
    for unit in stack.units:
        name = f"{stack.name}/{unit.name}"
        summary.scalar(f"zeros/{name}", unit.sparsity)
        summary.scalar(f"energy/{name}", unit.energy)
        summary.scalar(f"residual norm/{name}", unit.residual_norm)


def _log_learned(summary: Any, stack: StackTrace) -> None:
    for unit in stack.units:
        name = f"{stack.coder}/{unit.name}"
        if unit.threshold is not None:
            summary.scalar(f"thresholds above zero/{name}", unit.active_thresholds)
            summary.histogram(f"thresholds/{name}", unit.threshold)
        if unit.atoms is not None:
            summary.image(f"atoms/{name}", pictures.sheet(unit.atoms, stack.groups)[np.newaxis])
    code = stack.units[-1].code[len(stack.items) // 2]
    order = np.argsort(stack.units[-1].channel_energy)[::-1][:_CHANNELS]
    channels = np.stack([pictures.signed(code[..., channel]) for channel in order])
    summary.image(f"channels of most energy/{stack.coder}", channels, max_outputs=_CHANNELS)
