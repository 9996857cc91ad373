"""What computes a training: one device, several, or several workers, which share each batch.

Batch size, learning rate and validation are those of the training as a whole: with any number of devices the same
numbers give the same weights, but for the order in which floats are added.
"""

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras

from cscfuse_keras.errors import UsageError
from cscfuse_keras.training.data import TrainingData
from cscfuse_keras.training.progress import Place
from cscfuse_keras.training.stopping import StopRequest
from cscfuse_keras.training.validation import Validation, validation_loss


class Distribution:
    """One device, which Keras trains on by itself.

    Attributes:
        replicas: copies of the network that learn together, each from an equal part of every batch.
        writes: whether this process is the one that writes the run's folder.
    """

    replicas: int = 1
    writes: bool = True

    def scope(self) -> AbstractContextManager[Any]:
        """Where the network and the optimizer are made."""
        return contextlib.nullcontext()

    def running(self) -> AbstractContextManager[Any]:
        """Where the training runs."""
        return contextlib.nullcontext()

    def check_agreement(self, model: keras.Model, data: TrainingData, place: Place) -> None:
        """Refuse workers that would train different things.

        Raises:
            EnvironmentProblem: they found different data, checkpoints or weights.
        """

    def request(self, asked: StopRequest) -> StopRequest:
        """What tells all workers at the same step that one was asked to stop."""
        return asked

    def fit(
        self,
        model: keras.Model,
        data: TrainingData,
        epochs: tuple[int, int],
        skipped: int,
        validation_batch_size: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Train a compiled model.

        Args:
            model: the network.
            data: batches and validation arrays.
            epochs: the first one, and the one before which to end.
            skipped: batches of the first epoch that were done before.
            validation_batch_size: items judged at a time.
            callbacks: as Keras calls them.
        """
        batches = data.batches_from(epochs[0], skipped)
        endless = not isinstance(batches, keras.utils.PyDataset)
        if not endless:
            callbacks = [_ShowEpoch(batches), *callbacks]
        callbacks, validation = self._validation(data, validation_batch_size, callbacks)
        model.fit(
            batches,
            epochs=epochs[1],
            initial_epoch=epochs[0],
            steps_per_epoch=data.steps - skipped if endless else None,
            shuffle=False,
            callbacks=callbacks,
            verbose=verbosity(),
            **validation,
        )

    def _validation(self, data, batch_size, callbacks) -> tuple[Sequence[keras.callbacks.Callback], dict[str, Any]]:
        """Callbacks, and arguments of Keras' fit, by which the validation loss comes about."""
        return callbacks, {"validation_data": data.validation, "validation_batch_size": batch_size}


ONE_DEVICE = Distribution()


class JAXDevices(Distribution):
    """Several devices of one process, by JAX.

    Args:
        devices: their names.
    """

    def __init__(self, devices: Sequence[str]):
        self.replicas = len(devices)
        self.parallel = keras.distribution.DataParallel(devices=list(devices))

    def scope(self) -> AbstractContextManager[Any]:
        """Where variables have a copy on every device."""
        return self.parallel.scope()

    def running(self) -> AbstractContextManager[Any]:
        """Where batches are shared."""
        return self.parallel.scope()

    def _validation(self, data, batch_size, callbacks):
        # Keras can only share batches that the devices divide.
        validation = Validation(data.validation, batch_size, self.replicas)
        return [_Validate(validation), *callbacks], {}


class _Validate(keras.callbacks.Callback):
    """Adds the validation loss to what other callbacks are told of an epoch."""

    def __init__(self, validation: Validation):
        super().__init__()
        self.validation = validation

    def on_epoch_end(self, epoch, logs=None):
        self.model.jax_state_sync()
        logs["val_loss"] = validation_loss(self.validation, lambda items: self.model.test_on_batch(*items))


class _ShowEpoch(keras.callbacks.Callback):
    """Tells batches the number of the epoch: Keras may count one more, to build the model, and ends it."""

    def __init__(self, batches: Any):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.epoch = epoch


def verbosity() -> int:
    """How Keras shows progress: a bar for people, a line an epoch for files."""
    return 1 if sys.stdout.isatty() else 2


def distribution_for(devices: int = 1) -> Distribution:
    """What a training is to be computed on; on TensorFlow, to be called before anything is computed.

    Where the environment variable `TF_CONFIG` names several workers, this process is one of them, and waits for the
    others.

    Args:
        devices: of this process. Those of TensorFlow's workers are all GPUs that each has, or its processor.

    Raises:
        UsageError: there are fewer, or the backend cannot share batches, or `TF_CONFIG` cannot be read.
        EnvironmentProblem: not all workers came.
    """
    backend = keras.config.backend()
    workers = _workers(os.environ)
    if len(workers) > 1:
        if backend != "tensorflow":
            raise UsageError(
                f"TF_CONFIG: expected the backend tensorflow, found {backend}; set KERAS_BACKEND=tensorflow, or unset "
                "TF_CONFIG to train in this process alone"
            )
        if devices > 1:
            raise UsageError(
                f"--devices: expected none beside TF_CONFIG, whose workers use all GPUs they have, found {devices}; "
                "leave one out"
            )
        return _tensorflow().workers_of(workers)
    if devices == 1:
        return ONE_DEVICE
    if backend not in ("jax", "tensorflow"):
        raise UsageError(
            f"--devices: expected 1 on the backend {backend}, found {devices}; set KERAS_BACKEND=jax or tensorflow"
        )
    names = keras.distribution.list_devices() if backend == "jax" else _tensorflow().device_names()
    if len(names) < devices:
        raise UsageError(
            f"--devices: expected at most {len(names)}, as {backend} finds here ({', '.join(names)}), found {devices}"
        )
    return JAXDevices(names[:devices]) if backend == "jax" else _tensorflow().devices_of(names[:devices])


def _tensorflow():
    return importlib.import_module("cscfuse_keras.training.tensorflow_replicas")


def _workers(environment: Mapping[str, str]) -> list[str]:
    """Addresses of TensorFlow's workers, the one that writes first."""
    text = environment.get("TF_CONFIG")
    if not text:
        return []
    try:
        config = json.loads(text)
        cluster = config.get("cluster", {})
        addresses = [*cluster.get("chief", []), *cluster.get("worker", [])]
        if len(addresses) > 1:
            task = config["task"]
            if task["type"] not in ("chief", "worker"):
                raise ValueError(f"a task of type {task['type']!r}")
            cluster[task["type"]][int(task["index"])]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as problem:
        raise UsageError(
            'TF_CONFIG: expected {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}, '
            f"found {text!r} ({type(problem).__name__}: {problem}); correct it, or unset it to train in this process "
            "alone"
        ) from None
    return addresses
