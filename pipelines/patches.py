"""Training patches prepared once in an HDF5 file, read by Keras on any backend without TensorFlow."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import h5py
import keras
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.atomic import replacing
from pipelines.ivf import random_crop_of

FORMAT = "cscfuse-patches-1"


def write_patches(
    paths: Sequence[Path],
    destination: str | os.PathLike,
    size: int = 128,
    copies: int = 10,
    seed: int = 0,
    progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Cut random resized crops of grey pictures and store them with 8 bits.

    Args:
        paths: picture files.
        destination: HDF5 file to create or replace.
        size: side of the patches, in pixels.
        copies: patches a picture; epoch after epoch training goes through the copies in turn.
        seed: of the crops.
        progress: called with the number of pictures done after each.
    """
    with replacing(destination) as partial, h5py.File(partial, "w") as file:
        patches = file.create_dataset(
            "patches",
            (len(paths), copies, size, size, 1),
            "uint8",
            chunks=(1, 1, size, size, 1),
            compression="gzip",
            compression_opts=1,
            shuffle=True,
            fletcher32=True,
        )
        file.attrs["format"] = FORMAT
        file.attrs["stems"] = json.dumps([path.stem for path in paths])
        for index, path in enumerate(paths):
            for copy in range(copies):
                crop = random_crop_of(path, size, (seed, copy, index))
                patches[index, copy] = np.round(crop * 255).astype("uint8")
            progress(index + 1)


def patch_stems(source: str | os.PathLike) -> list[str]:
    """Stem of the picture behind each row of a patch file.

    Raises:
        InputError: the file is missing or was not written by `write_patches`.
    """
    try:
        with h5py.File(source, "r") as file:
            if file.attrs.get("format") == FORMAT:
                return json.loads(file.attrs["stems"])
            found = f"format {file.attrs.get('format')!r}"
    except OSError as problem:
        found = str(problem)
    raise InputError(f"{source}: expected an HDF5 file of patches, found {found}; make one with `cscfuse patches`")


def read_patches(source: str | os.PathLike, rows: Sequence[int]) -> np.ndarray:
    """Patches of the given rows: uint8 (rows, copies, size, size, 1), in ascending order of rows."""
    with h5py.File(source, "r") as file:
        return np.asarray(file["patches"][sorted(rows)])


class PatchSequence(keras.utils.PyDataset):
    """Batches of `(patch, patch)` from a patch file, shuffled anew each epoch by seed and epoch number.

    Args:
        source: file from `write_patches`.
        rows: rows (pictures) to use.
        batch_size: patches a batch; the last incomplete batch of an epoch is dropped.
        seed: of the order.
        first_epoch: number of the first epoch, to go on with an interrupted training.
    """

    def __init__(
        self,
        source: str | os.PathLike,
        rows: Sequence[int],
        batch_size: int = 16,
        seed: int = 0,
        first_epoch: int = 0,
    ):
        super().__init__()
        self.patches = read_patches(source, rows)
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = first_epoch

    def __len__(self):
        return len(self.patches) // self.batch_size

    def __getitem__(self, batch):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.patches))
        chosen = order[batch * self.batch_size : (batch + 1) * self.batch_size]
        images = self.patches[chosen, self.epoch % self.patches.shape[1]].astype("float32") / 255
        return images, images

    def on_epoch_end(self):
        """Go on to the next epoch's order and copies."""
        self.epoch += 1
