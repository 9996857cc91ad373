"""Training data of infrared-visible fusion: crops of registered pairs, with the faults of real cameras drawn in."""

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.pairs import pair_by_stem, pair_folders
from pipelines.epochs import endless_batches
from pipelines.patches import write_patches
from pipelines.shares import WHOLE, Share
from pipelines.sources import read_grey

if TYPE_CHECKING:
    import tensorflow as tf

VIEW = (0.8, 1.6)
"""Shortest and longest side of a crop before it is resized, in sides of the result: near the pictures' own scale."""

CLEAN_SHARE = 0.4
"""Share of crops that are left as they are."""

INFRARED, VISIBLE = 0, 1


class Pair(NamedTuple):
    """Files of a registered pair, and the name that both have."""

    name: str
    infrared: Path
    visible: Path


def find_pairs(folders: Iterable[str | os.PathLike]) -> list[Pair]:
    """All pairs of folders that each hold two folders of pictures (see `pair_folders`), which pair by stem.

    Raises:
        InputError: a folder is missing, holds no such two folders, or no pair.
    """
    found = []
    for folder in map(Path, folders):
        places = pair_folders(folder)
        pairs, _ = pair_by_stem(*places)
        if not pairs:
            raise InputError(
                f"{folder}: expected pictures of one stem in {' and '.join(place.name for place in places)}, found none"
            )
        # The folder's name keeps picture 1 of one set apart from picture 1 of another.
        found.extend(Pair(f"{folder.name}/{stem}", infrared, visible) for stem, infrared, visible in pairs)
    return found


@functools.lru_cache(maxsize=2048)
def _read(pair: Pair) -> np.ndarray:
    """Both pictures of a pair: uint8 (height, width, 2); decoded sets of the usual size fit into memory."""
    images = [np.rint(255 * read_grey(path)).astype("uint8") for path in (pair.infrared, pair.visible)]
    if images[0].shape != images[1].shape:
        sizes = " and ".join(f"{image.shape[1]} x {image.shape[0]}" for image in images)
        raise InputError(f"pair {pair.name}: expected pictures of one size, found {sizes}; leave it out")
    return np.concatenate(images, axis=-1)


def random_view_of(pair: Pair, size: int, generator: np.random.Generator) -> np.ndarray:
    """Random square of a pair at a random scale, mirrored half of the time: float32 (size, size, 2) in [0, 1]."""
    images = _read(pair)
    height, width = images.shape[:2]
    side = round(size * VIEW[0] * (VIEW[1] / VIEW[0]) ** generator.random())
    side = min(side, height, width)
    top, left = generator.integers(height - side + 1), generator.integers(width - side + 1)
    view = np.ascontiguousarray(images[top : top + side, left : left + side])
    view = cv2.resize(view, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_LINEAR)
    return (view[:, ::-1] if generator.random() < 0.5 else view).astype("float32") / 255


def with_faults(view: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A pair as worse or other cameras would have seen it.

    Tone curves, night, overexposure, flat and inverted infrared, sensor noise; each of them now and then.

    Args:
        view: float32 (height, width, 2) in [0, 1].
        generator: source of randomness.

    Returns:
        float32 array of the same shape, in [0, 1].
    """
    if generator.random() < CLEAN_SHARE:
        return view
    view = view.copy()
    for k in (INFRARED, VISIBLE):
        image = view[..., k]
        if generator.random() < 0.5:
            image = image ** np.exp(generator.uniform(-0.6, 0.6))
        if generator.random() < 0.4:
            image = image * generator.uniform(0.4, 1.2) + generator.uniform(-0.1, 0.2)
        if k == INFRARED and generator.random() < 0.2:
            image = 1 - image
        if k == INFRARED and generator.random() < 0.1:
            image = 0.5 + (image - 0.5) * generator.uniform(0.05, 0.4)
        if k == VISIBLE and generator.random() < 0.15:
            image = image * generator.uniform(0.05, 0.3)
        elif k == VISIBLE and generator.random() < 0.1:
            image = image * 2
        if generator.random() < 0.25:
            image = image + generator.normal(0, generator.uniform(0.005, 0.04), image.shape)
        view[..., k] = np.clip(image, 0, 1)
    return view


def random_crop_of(pair: Pair, size: int, seed: tuple[int, ...]) -> np.ndarray:
    """The crop, with faults, of a pair that belongs to a seed: float32 (size, size, 2) in [0, 1]."""
    generator = np.random.default_rng(seed)
    return with_faults(random_view_of(pair, size, generator), generator)


def training_dataset(
    pairs: Sequence[Pair],
    size: int = 128,
    batch_size: int = 8,
    seed: int = 0,
    first_epoch: int = 0,
    share: Share = WHOLE,
) -> "tf.data.Dataset":
    """Endless batches for training, each `{"infrared": images, "visible": images}`, (batch_size, size, size, 1).

    Args:
        pairs: registered pairs.
        size: side of the crops, in pixels.
        batch_size: pairs a batch; the last incomplete batch of an epoch is dropped.
        seed: of order, crops and faults.
        first_epoch: number of the first epoch.
        share: part of each batch to cut; the rest is not read.
    """

    def crop(seed):
        return random_crop_of(pairs[seed[-1]], size, seed)

    return endless_batches(crop, len(pairs), (size, size, 2), batch_size, seed, first_epoch, share=share).map(as_inputs)


def validation_arrays(pairs: Sequence[Pair], size: int = 128, seed: int = 0, crops: int = 2) -> np.ndarray:
    """Fixed crops without faults for validation: float32 (len(pairs) * crops, size, size, 2) in [0, 1]."""
    seeds = [(index, (seed, 2**31, index, k)) for index in range(len(pairs)) for k in range(crops)]
    return np.stack([random_view_of(pairs[index], size, np.random.default_rng(seed)) for index, seed in seeds])


def as_inputs(pairs):
    """Arrays or tensors (..., 2) as the inputs that fusion models are called with."""
    return {"infrared": pairs[..., INFRARED : INFRARED + 1], "visible": pairs[..., VISIBLE : VISIBLE + 1]}


def write_pairs(
    pairs: Sequence[Pair],
    destination: str | os.PathLike,
    size: int = 128,
    copies: int = 10,
    seed: int = 0,
    progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Store random crops of pairs, with faults, for training without TensorFlow; see `write_patches`."""
    write_patches(
        "ivf_pyramid",
        [pair.name for pair in pairs],
        lambda row, copy: random_crop_of(pairs[row], size, (seed, copy, row)),
        destination,
        copies,
        progress,
    )
