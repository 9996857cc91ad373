"""Training of the infrared-visible autoencoder (SPEC 2)."""

import dataclasses
import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from cscfuse_keras.config import Config
from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.losses import ReconstructionLoss
from cscfuse_keras.models.ivf import IVFConfig, build_autoencoder, build_fusion
from cscfuse_keras.training.progress import Progress
from cscfuse_keras.training.run import Schedule, fit, open_run


@dataclasses.dataclass(frozen=True)
class IVFTraining(Config):
    """Settings of the training; the defaults are the paper's.

    Attributes:
        epochs: passes over the training pictures.
        batch_size: crops a step.
        crop_size: side of the crops, in pixels.
        learning_rate: of Adam at the start.
        milestones: epochs after which the learning rate is multiplied by `decay`.
        decay: see `milestones`.
        ssim_weight: lambda of the loss.
        ssim_window: taps of the SSIM window.
        ssim_form: see `cscfuse_keras.losses.ssim_dissimilarity`.
        validation_share: share of picture stems kept for validation.
        seed: of weights, order and crops.
    """

    epochs: int = 60
    batch_size: int = 16
    crop_size: int = 128
    learning_rate: float = 1e-2
    milestones: tuple[int, ...] = (30,)
    decay: float = 0.1
    ssim_weight: float = 5.0
    ssim_window: int = 3
    ssim_form: Literal["paper", "release"] = "paper"
    validation_share: float = 1 / 9
    seed: int = 0


def train(
    sources: Sequence[Path],
    directory: Path,
    network: IVFConfig | None = None,
    training: IVFTraining | None = None,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Progress:
    """Train an autoencoder and keep the best fusion model in `directory / "best.keras"`.

    Args:
        sources: folders of pictures (infrared and visible alike), or one HDF5 file from `pipelines.patches`.
        directory: the run's folder: settings, checkpoints, history, loss curve, best model.
        network: settings of the network; the paper's by default.
        training: settings of the training; the paper's by default.
        resume: go on from the newest checkpoint in `directory`.
        callbacks: further Keras callbacks.

    Returns:
        The run's progress.

    Raises:
        UsageError: the folder holds a run and `resume` is off, or the settings differ from that run's.
        InputError: there are too few training pictures.
        ModelError: the loss became NaN.
    """
    network, training = network or IVFConfig(), training or IVFTraining()
    data = _PatchData(sources[0], training) if sources[0].is_file() else _PictureData(sources, training)
    progress = open_run(directory, {"network": network.to_dict(), "training": training.to_dict()}, resume)
    keras.utils.set_random_seed(training.seed)
    autoencoder = build_autoencoder(network)
    fusion = build_fusion(network, autoencoder)
    boundaries = [epoch * data.steps for epoch in training.milestones]
    rates = [training.learning_rate * training.decay**k for k in range(len(boundaries) + 1)]
    rate = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, rates) if boundaries else rates[0]
    fit(
        autoencoder,
        ReconstructionLoss(training.ssim_weight, training.ssim_window, training.ssim_form),
        data,
        Schedule(training.epochs, rate, training.batch_size),
        progress,
        fusion.save,
        callbacks,
    )
    return progress


class _PictureData:
    """Crops of pictures on disk, through tf.data."""

    def __init__(self, folders: Sequence[Path], training: IVFTraining):
        if importlib.util.find_spec("tensorflow") is None:
            raise EnvironmentProblem(
                f"{folders[0]}: expected TensorFlow to read folders of pictures, found none installed; install it, or "
                "prepare an HDF5 file with `cscfuse patches` and give that"
            )
        from pipelines import ivf, sources

        pictures = sources.find_pictures(folders)
        chosen, held_out = sources.split_by_stem(pictures, training.validation_share, training.seed)
        self.steps = _steps(len(chosen), len(held_out), training.batch_size, folders[0])
        crops = ivf.validation_arrays(held_out, training.crop_size, training.seed)
        self.validation = (crops, crops)
        self.batches = functools.partial(
            ivf.training_dataset, chosen, training.crop_size, training.batch_size, training.seed
        )


class _PatchData:
    """Patches prepared in an HDF5 file, without TensorFlow."""

    def __init__(self, source: Path, training: IVFTraining):
        from pipelines import patches, sources

        stems = [Path(stem) for stem in patches.patch_stems(source)]
        rows = {stem: [k for k, other in enumerate(stems) if other == stem] for stem in stems}
        chosen, held_out = sources.split_by_stem(list(rows), training.validation_share, training.seed)
        held_out_rows = [k for stem in held_out for k in rows[stem]]
        chosen_rows = [k for stem in chosen for k in rows[stem]]
        self.steps = _steps(len(chosen_rows), len(held_out_rows), training.batch_size, source)
        crops = patches.read_patches(source, held_out_rows)[:, :2]
        crops = crops.reshape(-1, *crops.shape[2:]).astype(np.float32) / 255
        self.validation = (crops, crops)
        self.batches = functools.partial(_patch_sequence, source, chosen_rows, training.batch_size, training.seed)


def _patch_sequence(*arguments: Any) -> keras.utils.PyDataset:
    from pipelines.patches import PatchSequence

    return PatchSequence(*arguments)


def _steps(training_count: int, validation_count: int, batch_size: int, where: Path) -> int:
    if training_count < batch_size or not validation_count:
        raise InputError(
            f"{where}: expected at least one batch of {batch_size} training pictures and one validation picture, found "
            f"{training_count} and {validation_count}; give more pictures or change batch_size or validation_share"
        )
    return training_count // batch_size
