"""Training patches prepared once in an HDF5 file, read by Keras on any backend without TensorFlow."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.atomic import replacing
from cscfuse_keras.io.hdf5_files import check_array, open_hdf5, read_description, write_description
from cscfuse_keras.io.hdf5_writing import writing_hdf5
from pipelines.shares import WHOLE, Share

FORMAT = "cscfuse-patches-3"


def write_patches(
    task: str,
    names: Sequence[str],
    cut: Callable[[int, int], np.ndarray],
    destination: str | os.PathLike,
    copies: int = 10,
    progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Cut patches and store them with 8 bits.

    Args:
        task: name of the task that they are for.
        names: of the pictures or scenes, one a row; rows of one name stay together when some are kept for validation.
        cut: from row and copy to a patch, a float32 array in [0, 1], always of one shape.
        destination: HDF5 file to create or replace.
        copies: patches a row; epoch after epoch training goes through the copies in turn.
        progress: called with the number of rows done after each.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    with replacing(destination) as partial, writing_hdf5(partial) as (file, check_written):
        write_description(file, {"format": FORMAT, "task": task, "names": list(names)})
        shape = cut(0, 0).shape
        patches = file.create_dataset(
            "patches",
            (len(names), copies, *shape),
            "uint8",
            chunks=(1, 1, *shape),
            compression="gzip",
            compression_opts=1,
            shuffle=True,
            fletcher32=True,
        )
        for row in range(len(names)):
            for copy in range(copies):
                patches[row, copy] = np.round(cut(row, copy) * 255).astype("uint8")
                check_written()
            progress(row + 1)


def describe_patches(source: str | os.PathLike, task: str) -> tuple[list[str], tuple[int, ...]]:
    """Name behind each row of a patch file, and the shape of a patch.

    Raises:
        InputError: the file is missing or damaged, was not written by `write_patches`, or is for another task.
    """
    try:
        with open_hdf5(source) as file:
            stated = read_description(file)
            if stated.get("format") != FORMAT:
                found = f"format {stated.get('format')!r}"
            elif stated["task"] != task:
                found = f"one for task {stated['task']}"
            else:
                names, patches = stated["names"], file["patches"]
                check_array(patches)
                if patches.dtype == np.uint8 and patches.ndim > 2 and len(patches) == len(names):
                    return [str(name) for name in names], patches.shape[2:]
                found = f"patches of {patches.dtype} {patches.shape} for {len(names)} names"
    except MemoryError:
        raise
    except Exception as problem:  # A damaged file gives errors of any type.
        found = f"a problem: {problem}"
    raise InputError(
        f"{source}: expected an HDF5 file of patches for task {task}, found {found}; make one with `cscfuse patches`"
    )


def read_patches(source: str | os.PathLike, rows: Sequence[int]) -> np.ndarray:
    """Patches of the given rows: uint8 (rows, copies, *patch), in ascending order of rows.

    Raises:
        InputError: the file is damaged.
    """
    try:
        with open_hdf5(source) as file:
            return np.asarray(file["patches"][sorted(rows)])
    except (OSError, KeyError, ValueError, RuntimeError) as problem:
        raise InputError(
            f"{source}: expected a whole file of patches, found damaged ones ({problem}); make it again with "
            "`cscfuse patches`"
        ) from problem


class PatchSequence(keras.utils.PyDataset):
    """Batches from a patch file, shuffled anew each epoch by seed and epoch number.

    Args:
        source: file from `write_patches`.
        rows: rows to use.
        arrange: from float32 patches (batch_size, *patch) in [0, 1] and a source of randomness to what the model takes.
        batch_size: patches a batch; the last incomplete batch of an epoch is dropped.
        seed: of the order and of what `arrange` draws.
        first_epoch: number of the first epoch, to go on with an interrupted training.
        share: part of each batch to give.
    """

    def __init__(
        self,
        source: str | os.PathLike,
        rows: Sequence[int],
        arrange: Callable[[np.ndarray, np.random.Generator], Any],
        batch_size: int = 16,
        seed: int = 0,
        first_epoch: int = 0,
        share: Share = WHOLE,
    ):
        super().__init__()
        self.patches = read_patches(source, rows)
        self.arrange = arrange
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = first_epoch
        self.share = share

    def __len__(self):
        return len(self.patches) // self.batch_size

    def __getitem__(self, batch):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.patches))
        chosen = order[batch * self.batch_size : (batch + 1) * self.batch_size]
        images = self.patches[chosen, self.epoch % self.patches.shape[1]].astype("float32") / 255
        arranged = self.arrange(images, np.random.default_rng((self.seed, self.epoch, batch)))
        # What is drawn for an item depends on those before it: all are arranged, which costs little.
        part = self.share.of(self.batch_size)
        return keras.tree.map_structure(lambda array: array[part], arranged)

    def on_epoch_end(self):
        """Go on to the next epoch's order and copies."""
        self.epoch += 1
