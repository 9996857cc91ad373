"""Training data of the multi-exposure network: crops of stacks of exposures."""

import functools
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cscfuse_keras.errors import InputError
from pipelines.epochs import endless_batches
from pipelines.patches import write_patches
from pipelines.scenes import Scene, read_exposure
from pipelines.shares import WHOLE, Share

if TYPE_CHECKING:
    import tensorflow as tf

# Decoded scenes of the usual training sets fit into memory; reading four files an item would bind the training.
_read_exposure = functools.lru_cache(maxsize=2048)(lambda path: _to_byte(read_exposure(path)))


def _to_byte(image):
    return np.rint(255 * image).astype("uint8")


def random_stack_of(scene: Scene, count: int, size: int, seed: tuple[int, ...]) -> np.ndarray:
    """The random crop of random exposures of a scene that belongs to a seed, turned by a random quarter.

    Args:
        scene: the exposures; where there are fewer than `count`, some are taken twice.
        count: exposures to take; they stay in the scene's order.
        size: side of the crop, in pixels, at the pictures' own scale.
        seed: of exposures, place and turn.

    Returns:
        float32 array (count, size, size, 3), RGB in [0, 1].

    Raises:
        InputError: the exposures differ in size, or are smaller than the crop.
    """
    generator = np.random.default_rng(seed)
    available = len(scene.exposures)
    chosen = np.sort(np.resize(generator.permutation(available), max(count, available))[:count])
    exposures = [_read_exposure(scene.exposures[k]) for k in chosen]
    height, width = exposures[0].shape[:2]
    if any(exposure.shape[:2] != (height, width) for exposure in exposures) or min(height, width) < size:
        sizes = ", ".join(f"{exposure.shape[1]} x {exposure.shape[0]}" for exposure in exposures)
        raise InputError(
            f"scene {scene.name}: expected exposures of one size, at least {size} x {size} pixels, found {sizes}; "
            "leave the scene out or cut smaller crops"
        )
    top, left = generator.integers(height - size + 1), generator.integers(width - size + 1)
    stack = np.stack([exposure[top : top + size, left : left + size] for exposure in exposures])
    return np.rot90(stack, generator.integers(4), axes=(1, 2)).astype(np.float32) / 255


def training_dataset(
    scenes: Sequence[Scene],
    count: int = 4,
    size: int = 128,
    batch_size: int = 8,
    seed: int = 0,
    first_epoch: int = 0,
    share: Share = WHOLE,
) -> "tf.data.Dataset":
    """Endless batches of stacks for training, float32 (batch_size, count, size, size, 3), RGB in [0, 1].

    Args:
        scenes: exposure sequences.
        count: exposures a stack.
        size: side of the crops, in pixels.
        batch_size: stacks a batch; the last incomplete batch of an epoch is dropped.
        seed: of order, exposures, places and turns.
        first_epoch: number of the first epoch.
        share: part of each batch to cut; the rest is not read.
    """

    def cut(seed):
        return random_stack_of(scenes[seed[-1]], count, size, seed)

    return endless_batches(cut, len(scenes), (count, size, size, 3), batch_size, seed, first_epoch, share=share)


def validation_arrays(scenes: Sequence[Scene], count: int = 4, size: int = 128, seed: int = 0) -> np.ndarray:
    """One fixed stack a scene for validation: float32 (len(scenes), count, size, size, 3)."""
    return np.stack([random_stack_of(scene, count, size, (seed, 2**31, k)) for k, scene in enumerate(scenes)])


def write_stacks(
    scenes: Sequence[Scene],
    destination: str | os.PathLike,
    count: int = 4,
    size: int = 128,
    copies: int = 10,
    seed: int = 0,
    progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Store random stacks of scenes for training without TensorFlow; see `write_patches`."""
    write_patches(
        "mef",
        [scene.name for scene in scenes],
        lambda row, copy: random_stack_of(scenes[row], count, size, (seed, copy, row)),
        destination,
        copies,
        progress,
    )
