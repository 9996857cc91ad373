"""Aligned training patches of multi-spectral scenes: from memory or a patch file, through Keras alone or tf.data."""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import keras
import numpy as np

from cscfuse_keras.errors import InputError
from pipelines.shares import WHOLE, Share
from pipelines.spectral_sources import SpectralScene
from pipelines.spectral_triples import Triple, degraded
from pipelines.wald import Method

if TYPE_CHECKING:
    import tensorflow as tf

TURNS = 4
"""Every patch is shown in all quarter turns."""


def patch_corners(triple: Triple, size: int, stride: int, name: str) -> list[tuple[int, int]]:
    """Top left corners of patches `stride` apart, moved up and left to where a low-resolution pixel begins.

    Args:
        triple: to be cut.
        size: side of the patches, in pixels of the truth.
        stride: distance of neighbouring patches.
        name: of the scene, for messages.

    Raises:
        InputError: not one patch fits.
    """
    scale = triple.truth.shape[0] // triple.low_resolution.shape[0]
    tops, lefts = (range(0, side - size + 1, stride) for side in triple.truth.shape[:2])
    if not (tops and lefts):
        raise InputError(
            f"{name}: expected at least {size} x {size} pixels, the size of a patch, found "
            f"{triple.truth.shape[1]} x {triple.truth.shape[0]}; leave it out or cut smaller patches"
        )
    return [(top // scale * scale, left // scale * scale) for top in tops for left in lefts]


class Patches(Protocol):
    """Patches by number, from 0 on."""

    def __len__(self) -> int:
        """Number of patches."""
        ...

    def __getitem__(self, number: int) -> Triple:
        """A patch as stored."""
        ...


class ScenePatches:
    """Patches of scenes held in memory, in all quarter turns.

    Args:
        scenes: what to learn from.
        scale: see `degraded`.
        method: see `degraded`.
        size: side of the patches at high resolution, in pixels, a multiple of the scale.
        stride: distance of neighbouring patches, in pixels.

    Raises:
        InputError: a scene is smaller than a patch, or its images do not fit.
    """

    def __init__(
        self, scenes: Sequence[SpectralScene], scale: int, method: Method = "mtf", size: int = 64, stride: int = 25
    ):
        self.size = size
        self.places = []
        for scene in scenes:
            for turns in range(TURNS):
                triple = degraded(scene, scale, method, turns)
                self.places += [(triple, corner) for corner in patch_corners(triple, size, stride, scene.name)]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, number):
        triple, corner = self.places[number]
        return triple.cut(*corner, self.size)


class SpectralBatches(keras.utils.PyDataset):
    """Batches of patches in an order drawn anew each pass, by Keras on any backend without TensorFlow.

    Which patches a step sees depends on the seed and the step's number alone, so a resumed training sees what an
    unbroken one would have seen.

    Args:
        patches: to be shown.
        batch_size: patches a step.
        steps: steps an epoch; None for all patches once.
        seed: of the order.
        first_epoch: number of the first epoch, to go on with an interrupted training.
        share: part of each batch to give; the rest is not read.

    Items: `({"low_resolution": ..., "guide": ...}, truth)`, float32 in [0, 1].
    """

    def __init__(
        self,
        patches: Patches,
        batch_size: int = 16,
        steps: int | None = None,
        seed: int = 0,
        first_epoch: int = 0,
        share: Share = WHOLE,
    ):
        super().__init__()
        self.patches = patches
        self.batch_size = batch_size
        self.steps = steps or len(patches) // batch_size
        self.epoch = first_epoch
        self.share = share
        self._order = functools.lru_cache(maxsize=2)(
            lambda passes: np.random.default_rng((seed, passes)).permutation(len(patches))
        )

    def __len__(self):
        return self.steps

    def __getitem__(self, batch):
        return self.step(self.epoch * self.steps + batch)

    def step(self, number: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """What the step of that number, counted over all epochs, sees."""
        shown = range(number * self.batch_size, (number + 1) * self.batch_size)[self.share.of(self.batch_size)]
        places = (divmod(k, len(self.patches)) for k in shown)
        return stacked([self.patches[int(self._order(passes)[place])] for passes, place in places])

    def on_epoch_end(self):
        """Go on to the next epoch."""
        self.epoch += 1


def as_dataset(batches: SpectralBatches) -> "tf.data.Dataset":
    """The same batches, without end, through tf.data, which reads ahead."""
    import tensorflow as tf

    names = ("low_resolution", "guide", "truth")
    example = dict(zip(names, batches.patches[0].in_unit_range(), strict=True))

    def read(number):
        inputs, truth = batches.step(int(number))
        return inputs["low_resolution"], inputs["guide"], truth

    def arranged(number):
        arrays = dict(zip(names, tf.numpy_function(read, [number], [tf.float32] * 3), strict=True))
        for name, array in arrays.items():
            array.set_shape((batches.batch_size // batches.share.count, *example[name].shape))
        truth = arrays.pop("truth")
        return arrays, truth

    steps = tf.data.Dataset.counter(batches.epoch * batches.steps)
    return steps.map(arranged, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def stacked(triples: Sequence[Triple]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """`({"low_resolution": ..., "guide": ...}, truth)` of patches of one size, float32 in [0, 1]."""
    arrays = zip(*(triple.in_unit_range() for triple in triples), strict=True)
    low_resolution, guide, truth = (np.stack(array) for array in arrays)
    return {"low_resolution": low_resolution, "guide": guide}, truth


def validation_arrays(
    scenes: Sequence[SpectralScene], scale: int, method: Method = "mtf", size: int = 512
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Squares around the centre of each scene, as many as fit side by side, the same in every epoch.

    Args:
        scenes: what to judge by.
        scale: see `degraded`.
        method: see `degraded`.
        size: largest side of the squares, in pixels; smaller if a scene is.

    Returns:
        `({"low_resolution": ..., "guide": ...}, truth)`, float32 in [0, 1].
    """
    triples = [degraded(scene, scale, method) for scene in scenes]
    side = min(size, *(min(triple.truth.shape[:2]) for triple in triples)) // scale * scale
    cuts = []
    for triple in triples:
        tops, lefts = (_centred(length, side, scale) for length in triple.truth.shape[:2])
        cuts += [triple.cut(top, left, side) for top in tops for left in lefts]
    return stacked(cuts)


def _centred(length, side, scale):
    """Starts of as many squares as fit along one axis."""
    first = length % side // 2 // scale * scale
    return range(first, length - side + 1, side)
