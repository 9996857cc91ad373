"""Training data of the infrared-visible autoencoder: grey random resized crops of single images."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.crops import random_resized_crop
from pipelines.epochs import endless_batches
from pipelines.patches import write_patches
from pipelines.shares import WHOLE, Share
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
    share: Share = WHOLE,
) -> "tf.data.Dataset":
    """Endless batches `(image, image)` for training, each float32 (batch_size, size, size, 1) in [0, 1].

    Args:
        paths: picture files.
        size: side of the crops, in pixels.
        batch_size: images a batch; the last incomplete batch of an epoch is dropped.
        seed: of order and crops.
        first_epoch: number of the first epoch.
        share: part of each batch to cut; the rest is not read.
    """

    def crop(seed):
        return random_crop_of(paths[seed[-1]], size, seed)

    batches = endless_batches(crop, len(paths), (size, size, 1), batch_size, seed, first_epoch, share=share)
    return batches.map(lambda images: (images, images))


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


def write_crops(
    paths: Sequence[Path],
    destination: str | os.PathLike,
    size: int = 128,
    copies: int = 10,
    seed: int = 0,
    progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Store random resized crops of pictures for training without TensorFlow; see `write_patches`."""
    write_patches(
        "ivf",
        [path.stem for path in paths],
        lambda row, copy: random_crop_of(paths[row], size, (seed, copy, row)),
        destination,
        copies,
        progress,
    )
