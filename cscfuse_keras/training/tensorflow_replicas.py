"""Training on several devices or workers by TensorFlow.

A loop of this project's own takes the place of Keras' `fit`, which as of Keras 3.15 fails with several workers (its
issue 20585), shortens gradients before they are summed over replicas, and normalises each replica's part of a batch by
itself. Only what is summed here goes between workers, so what one of them writes or logs, no other waits for.
"""

import contextlib
import itertools
import re
import signal
import threading
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.training.data import TrainingData
from cscfuse_keras.training.distribution import Distribution, verbosity
from cscfuse_keras.training.progress import Place
from cscfuse_keras.training.stopping import StopRequest
from cscfuse_keras.training.validation import Validation, count_items, validation_loss
from pipelines.shares import Share

LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.DeadlineExceededError,
    tf.errors.CancelledError,
    tf.errors.FailedPreconditionError,
)
"""What TensorFlow raises in the workers that are left: at once, or after 10 s if the lost one just fell silent."""


def device_names() -> list[str]:
    """Devices of this process: its GPUs if it has any."""
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    return [device.name for device in tf.config.list_logical_devices(kind)]


def devices_of(names: Sequence[str]) -> "TensorFlowReplicas":
    """Several devices of this process."""
    return TensorFlowReplicas(tf.distribute.MirroredStrategy(list(names)))


def workers_of(addresses: Sequence[str]) -> "TensorFlowReplicas":
    """This process as one of the workers that `TF_CONFIG` names; waits for the others.

    Raises:
        EnvironmentProblem: one could not be reached, or this one cannot listen.
    """
    print(f"waiting for all {len(addresses)} workers of TF_CONFIG: {', '.join(addresses)}", flush=True)
    try:
        with _told(addresses), _ended_by_interrupt():
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except tf.errors.UnknownError as problem:
        raise EnvironmentProblem(
            f"TF_CONFIG: expected an address of this machine that is free, found: {problem.message}; see which "
            "process uses it, or name another port to all workers"
        ) from problem
    return TensorFlowReplicas(strategy, addresses)


class TensorFlowReplicas(Distribution):
    """Devices or workers of a TensorFlow strategy.

    Args:
        strategy: mirrors variables and sums over replicas.
        workers: addresses of the workers; none for devices of this process.
    """

    def __init__(self, strategy: tf.distribute.Strategy, workers: Sequence[str] = ()):
        self.strategy = strategy
        self.workers = workers
        self.replicas = strategy.num_replicas_in_sync
        self.writes = not workers or _is_chief(strategy.cluster_resolver)
        self.asked = self.agreed = StopRequest()

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Where variables have a copy on every replica; the first worker's values are given to all."""
        with _told(self.workers), self.strategy.scope():
            yield

    def running(self) -> contextlib.AbstractContextManager[None]:
        """Where workers that are lost end the training.

        Raises:
            EnvironmentProblem: a worker was lost.
        """
        return _told(self.workers)

    def check_agreement(self, model: keras.Model, data: TrainingData, place: Place) -> None:
        """Refuse workers that would train different things.

        Raises:
            EnvironmentProblem: they found different data, checkpoints or weights.
        """
        if not self.workers:
            return
        own = {
            "epochs done": place.epochs,
            "batches done": place.batches,
            "batches an epoch": data.steps,
            "validation items": count_items(data.validation),
            "weights": _checksum(model.get_weights()),
            "validation pictures": _checksum(keras.tree.flatten(data.validation)),
        }

        def gather():
            context = tf.distribute.get_replica_context()
            return context.all_gather(tf.constant([list(own.values())], tf.int64), axis=0)

        found = self.strategy.experimental_local_results(self.strategy.run(tf.function(gather)))[0].numpy()
        for name, values in zip(own, found.T, strict=True):
            if len(set(values)) > 1:
                raise EnvironmentProblem(
                    f"{name}: expected the same on all workers, found {', '.join(map(str, values))}; give all the "
                    "same command, data and versions, and an output folder on a disk that they share"
                )

    def request(self, asked: StopRequest) -> StopRequest:
        """A request that is made after the same step in all workers."""
        self.asked, self.agreed = asked, StopRequest()
        return self.agreed

    def fit(
        self,
        model: keras.Model,
        data: TrainingData,
        epochs: tuple[int, int],
        skipped: int,
        validation_batch_size: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Train a compiled model; see `Distribution.fit`."""
        step, judge = self._training_step(model), self._judging_step(model)
        batches = iter(self._batches(data, epochs[0], skipped))
        validation = Validation(data.validation, validation_batch_size, self.replicas)
        running_loss = model.metrics[0]
        steps = data.steps - skipped
        model.stop_training = False
        told = keras.callbacks.CallbackList(
            list(callbacks),
            add_progbar=self.writes,
            model=model,
            verbose=verbosity() if self.writes else 0,
            epochs=epochs[1],
            steps=steps,
        )
        told.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(*epochs):
            model.reset_metrics()
            told.on_epoch_begin(epoch)
            for batch in range(steps):
                told.on_train_batch_begin(batch)
                loss, stops = step(next(batches), tf.constant(float(self.asked.made)))
                self.agreed.made = bool(stops > 0)
                running_loss.update_state(loss, sample_weight=data.batch_size)
                logs = {"loss": float(running_loss.result())}
                told.on_train_batch_end(batch, logs)
            logs["val_loss"] = validation_loss(validation, lambda items: judge(self._spread(items)))
            told.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        told.on_train_end(logs)

    def _training_step(self, model):
        for layer in _layers(model):
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True

        def gradients(batch, stop):
            inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(batch)
            with tf.GradientTape() as tape:
                outputs = model(inputs, training=True)
                # Keras divides by the number of replicas, whose parts are equal: sums over them are means.
                loss = model.compute_loss(inputs, targets, outputs, weights, training=True)
            zero = tf.UnconnectedGradients.ZERO
            own = tape.gradient(loss, model.trainable_weights, unconnected_gradients=zero)
            return self._summed([*own, loss, tf.identity(stop)])

        @tf.function
        def step(batch, stop):
            *summed, loss, stops = map(self._first, self.strategy.run(gradients, (batch, stop)))
            # Outside of the replicas, where Keras neither sums gradients again nor shortens those of parts.
            model.optimizer.apply(summed, model.trainable_weights)
            return loss, stops

        return step

    def _judging_step(self, model):
        def loss_of(batch):
            inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(batch)
            outputs = model(inputs, training=False)
            return self._summed(model.compute_loss(inputs, targets, outputs, weights, training=False))

        return tf.function(lambda batch: self._first(self.strategy.run(loss_of, (batch,))), reduce_retracing=True)

    def _summed(self, values):
        """Sums over all replicas, in each of them."""
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)

    def _first(self, value):
        return self.strategy.experimental_local_results(value)[0]

    def _batches(self, data, first_epoch, skipped):
        """Batches of this worker's replicas, which read nothing of the others'."""

        def of_worker(context):
            share = Share(context.input_pipeline_id, context.num_input_pipelines)
            batches = data.batches_from(first_epoch, skipped, share)
            if isinstance(batches, keras.utils.PyDataset):
                batches = _as_dataset(batches, first_epoch)
            return batches if share.count == self.replicas else batches.rebatch(data.batch_size // self.replicas)

        return self.strategy.distribute_datasets_from_function(of_worker)

    def _spread(self, items):
        """A batch, of which each replica has its part."""

        def spread(array):
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: tf.constant(
                    array[Share(context.replica_id_in_sync_group, self.replicas).of(len(array))]
                )
            )

        return keras.tree.map_structure(spread, items)


def _as_dataset(batches: keras.utils.PyDataset, first_epoch: int) -> tf.data.Dataset:
    """The batches of all epochs from the first on, read ahead."""

    def endless():
        for epoch in itertools.count(first_epoch):
            batches.epoch = epoch
            for k in range(len(batches)):
                yield batches[k]

    signature = keras.tree.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), batches[0])
    return tf.data.Dataset.from_generator(endless, output_signature=signature).prefetch(tf.data.AUTOTUNE)


def _layers(layer: Any) -> Iterator[keras.layers.Layer]:
    """All layers of a model, also those within others, which Keras tells by no public name."""
    return layer._flatten_layers()


def _checksum(arrays: Sequence[np.ndarray]) -> int:
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(np.ascontiguousarray(array), checksum)
    return checksum


def _is_chief(resolver) -> bool:
    """Whether a worker is the first of its cluster."""
    return resolver.task_id == 0 and (resolver.task_type == "chief" or "chief" not in resolver.cluster_spec().jobs)


@contextlib.contextmanager
def _ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process while TensorFlow waits, in which Python does not hear of it.

    SIGTERM TensorFlow takes for itself; it is given back afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _told(workers: Sequence[str]) -> Iterator[None]:
    """Turn what TensorFlow says of lost workers into one line."""
    try:
        yield
    except LOST as problem:
        if not workers:
            raise
        found = re.search(r"aborted by: (.+)", str(problem))
        reason = found[1] if found else str(problem).splitlines()[0]
        raise EnvironmentProblem(
            f"expected {len(workers)} workers ({', '.join(workers)}), found that one has ended or does not answer "
            f"({reason}); see its messages, then start all of them again with --resume"
        ) from problem
