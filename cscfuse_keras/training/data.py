"""What a training run learns from and is judged by."""

import dataclasses
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from pipelines.shares import WHOLE, Share


@dataclasses.dataclass(frozen=True)
class TrainingData:
    """Batches and validation arrays of a run.

    Attributes:
        steps: batches an epoch.
        batch_size: items of a batch, over all devices and workers.
        validation: arguments of the model's loss, `(inputs, targets)` or `(inputs,)`, the same in every epoch.
        batches: from the first epoch's number and a share to that part of the training batches: a tf.data.Dataset, or
            a keras PyDataset with an attribute `epoch`.
    """

    steps: int
    batch_size: int
    validation: tuple[np.ndarray, ...]
    batches: Callable[[int, Share], Any]

    def batches_from(self, epoch: int, skipped: int, share: Share = WHOLE) -> Any:
        """Batches from an epoch on, without its first ones."""
        batches = self.batches(epoch, share)
        if not skipped:
            return batches
        return _Rest(batches, skipped) if isinstance(batches, keras.utils.PyDataset) else batches.skip(skipped)


class _Rest(keras.utils.PyDataset):
    """The batches of one epoch without its first ones."""

    def __init__(self, batches: keras.utils.PyDataset, skipped: int):
        super().__init__()
        self.batches, self.skipped = batches, skipped

    @property
    def epoch(self) -> int:
        """Number of the epoch, which decides the order."""
        return self.batches.epoch

    @epoch.setter
    def epoch(self, number: int) -> None:
        self.batches.epoch = number

    def __len__(self):
        return len(self.batches) - self.skipped

    def __getitem__(self, batch):
        return self.batches[self.skipped + batch]


def patch_file(sources: Sequence[Path]) -> Path | None:
    """The HDF5 file among the sources, or None if they are folders.

    Raises:
        UsageError: a file is given beside other sources.
        EnvironmentProblem: folders are given and TensorFlow, which reads them, is not installed.
    """
    files = [source for source in sources if source.is_file()]
    if files and len(sources) > 1:
        raise UsageError(f"{files[0]}: expected one patch file or folders of pictures, found {len(sources)} sources")
    if not files and importlib.util.find_spec("tensorflow") is None:
        raise EnvironmentProblem(
            f"{sources[0]}: expected TensorFlow to read folders of pictures, found none installed; install it, or "
            "prepare an HDF5 file with `cscfuse patches` and give that"
        )
    return files[0] if files else None


def patch_data(
    source: Path,
    task: str,
    shape: tuple[int, ...],
    arrange: Callable[[np.ndarray, np.random.Generator], Any],
    validation_of: Callable[[np.ndarray], tuple[np.ndarray, ...]],
    batch_size: int,
    validation_share: float,
    seed: int,
) -> TrainingData:
    """Data from patches prepared in an HDF5 file, without TensorFlow.

    Args:
        source: file from `pipelines.patches.write_patches`.
        task: that the file must be for.
        shape: that its patches must have.
        arrange: see `pipelines.patches.PatchSequence`.
        validation_of: from float32 patches to the validation arrays.
        batch_size: patches a step.
        validation_share: share of names kept for validation.
        seed: of the split, the order, and what `arrange` draws.

    Raises:
        InputError: the file is no such file, or holds too few patches.
        UsageError: its patches are of another shape.
    """
    from pipelines.patches import PatchSequence, describe_patches, read_patches
    from pipelines.sources import split_by_name

    names, found = describe_patches(source, task)
    if found != shape:
        raise UsageError(f"{source}: expected patches of shape {shape}, as the settings say, found {found}; change one")
    chosen, held_out = split_by_name(names, names, validation_share, seed)
    chosen_rows, held_out_rows = ([k for k, name in enumerate(names) if name in part] for part in (chosen, held_out))
    steps = count_steps(len(chosen_rows), len(held_out_rows), batch_size, source)
    patches = read_patches(source, held_out_rows)[:, :2]
    validation = validation_of(patches.reshape(-1, *shape).astype(np.float32) / 255)
    return TrainingData(
        steps,
        batch_size,
        validation,
        lambda epoch, share: PatchSequence(source, chosen_rows, arrange, batch_size, seed, epoch, share),
    )


def count_steps(training_count: int, validation_count: int, batch_size: int, where: Path) -> int:
    """Batches an epoch.

    Raises:
        InputError: there is not one batch, or nothing to validate with.
    """
    if training_count < batch_size or not validation_count:
        raise InputError(
            f"{where}: expected at least one batch of {batch_size} training pictures and one validation picture, found "
            f"{training_count} and {validation_count}; give more pictures or change batch_size or validation_share"
        )
    return training_count // batch_size
