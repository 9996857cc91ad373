"""tf.data pipeline of the infrared-visible autoencoder: grey random resized crops of single images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.crops import random_resized_crop
from pipelines.sources import read_grey

if TYPE_CHECKING:
    import tensorflow as tf


def random_crop_of(path: Path, size: int, seed: tuple[int, ...]) -> np.ndarray:
    """The random crop of a picture that belongs to a seed: float32 (size, size, 1) in [0, 1]."""
    return random_resized_crop(read_grey(path), size, np.random.default_rng(seed))


def training_dataset(
    paths: Sequence[Path],
    size: int = 128,
    batch_size: int = 16,
    seed: int = 0,
    first_epoch: int = 0,
    deterministic: bool = True,
) -> "tf.data.Dataset":
    """Endless batches for training: each epoch every picture once, in a new order, newly cropped.

    What an epoch holds depends on the seed and the epoch's number alone, so a resumed training sees what an unbroken
    one would have seen.

    Args:
        paths: picture files.
        size: side of the crops, in pixels.
        batch_size: images a batch; the last incomplete batch of an epoch is dropped.
        seed: of order and crops.
        first_epoch: number of the first epoch.
        deterministic: keep the order exactly; if not, faster files may overtake slower ones.

    Returns:
        Dataset of `(image, image)`, each float32 (batch_size, size, size, 1) in [0, 1]; `len(paths) // batch_size`
        batches an epoch.
    """
    import tensorflow as tf

    count = len(paths)

    def order(epoch):
        return np.random.default_rng((seed, int(epoch))).permutation(count).astype("int64")

    def crop(epoch, index):
        return random_crop_of(paths[int(index)], size, (seed, int(epoch), int(index)))

    def epoch_of_crops(epoch):
        indices = tf.ensure_shape(tf.numpy_function(order, [epoch], tf.int64), (count,))
        return (
            tf.data.Dataset.from_tensor_slices(indices)
            .map(
                lambda index: tf.numpy_function(crop, [epoch, index], tf.float32),
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=deterministic,
            )
            .map(lambda image: tf.ensure_shape(image, (size, size, 1)))
            .batch(batch_size, drop_remainder=True)
        )

    epochs = tf.data.Dataset.counter(start=first_epoch)
    return epochs.flat_map(epoch_of_crops).map(lambda images: (images, images)).prefetch(tf.data.AUTOTUNE)


def validation_arrays(paths: Sequence[Path], size: int = 128, seed: int = 0, crops: int = 2) -> np.ndarray:
    """Fixed crops for validation, the same in every epoch and on every backend.

    Args:
        paths: picture files.
        size: side of the crops, in pixels.
        seed: of the crops.
        crops: crops a picture.

    Returns:
        float32 array (len(paths) * crops, size, size, 1) in [0, 1].
    """
    seeds = [(index, k) for index in range(len(paths)) for k in range(crops)]
    return np.stack([random_crop_of(paths[index], size, (seed, 2**31, index, k)) for index, k in seeds])
