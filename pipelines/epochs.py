"""Endless batches of randomly cut training images through tf.data, the same after a resume as without a break."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from pipelines.shares import WHOLE, Share

if TYPE_CHECKING:
    import tensorflow as tf


def endless_batches(
    cut: Callable[[tuple[int, ...]], np.ndarray],
    count: int,
    shape: tuple[int, ...],
    batch_size: int,
    seed: int = 0,
    first_epoch: int = 0,
    deterministic: bool = True,
    share: Share = WHOLE,
) -> "tf.data.Dataset":
    """Batches for training: each epoch every source once, in a new order, newly cut.

    What an epoch holds depends on the seed and the epoch's number alone, so a resumed training sees what an unbroken
    one would have seen.

    Args:
        cut: from (seed, epoch, index of the source) to a float32 array.
        count: number of sources.
        shape: of what `cut` returns.
        batch_size: items a batch; the last incomplete batch of an epoch is dropped.
        seed: of order and cuts.
        first_epoch: number of the first epoch.
        deterministic: keep the order exactly; if not, faster files may overtake slower ones.
        share: part of each batch to cut; the rest is not read.

    Returns:
        Dataset of float32 (batch_size / share.count, *shape); `count // batch_size` batches an epoch.
    """
    import tensorflow as tf

    steps = count // batch_size

    def order(epoch):
        drawn = np.random.default_rng((seed, int(epoch))).permutation(count).astype("int64")
        return drawn[: steps * batch_size].reshape(steps, batch_size)[:, share.of(batch_size)].ravel()

    def cut_one(epoch, index):
        return cut((seed, int(epoch), int(index)))

    def batches_of(epoch):
        indices = tf.ensure_shape(tf.numpy_function(order, [epoch], tf.int64), (steps * batch_size // share.count,))
        return (
            tf.data.Dataset.from_tensor_slices(indices)
            .map(
                lambda index: tf.numpy_function(cut_one, [epoch, index], tf.float32),
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=deterministic,
            )
            .map(lambda image: tf.ensure_shape(image, shape))
            .batch(batch_size // share.count, drop_remainder=True)
        )

    return tf.data.Dataset.counter(start=first_epoch).flat_map(batches_of).prefetch(tf.data.AUTOTUNE)
