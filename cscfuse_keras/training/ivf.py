"""Training of the infrared-visible autoencoder (Zhao et al. 2023)."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.losses import ReconstructionLoss
from cscfuse_keras.models.ivf import IVFConfig, build_autoencoder, build_fusion
from cscfuse_keras.training.data import TrainingData, count_steps, patch_data, patch_file
from cscfuse_keras.training.distribution import ONE_DEVICE, Distribution
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
    distribution: Distribution = ONE_DEVICE,
) -> Progress:
    """Train an autoencoder and keep the best fusion model in `directory / "best.keras"`.

    Args:
        sources: folders of pictures (infrared and visible alike), or one HDF5 file from `pipelines.patches`.
        directory: the run's folder: settings, checkpoints, history, loss curve, best model.
        network: settings of the network; the paper's by default.
        training: settings of the training; the paper's by default.
        resume: go on from the newest checkpoint in `directory`.
        callbacks: further Keras callbacks.
        distribution: what computes.

    Returns:
        The run's progress.

    Raises:
        UsageError: the folder holds a run and `resume` is off, or the settings differ from that run's.
        InputError: there are too few training pictures.
        ModelError: the loss became NaN.
    """
    network, training = network or IVFConfig(), training or IVFTraining()
    data = _data(sources, training)
    progress = open_run(
        directory, {"network": network.to_dict(), "training": training.to_dict()}, resume, distribution.writes
    )
    keras.utils.set_random_seed(training.seed)
    with distribution.scope():
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
        distribution,
    )
    return progress


def split_pictures(sources: Sequence[Path], training: IVFTraining) -> tuple[list[Path], list[Path]]:
    """Pictures below the folders `sources` to train on, and those kept for validation."""
    from pipelines.sources import find_pictures, split_by_name

    pictures = find_pictures(sources)
    return split_by_name(pictures, [path.stem for path in pictures], training.validation_share, training.seed)


def _data(sources: Sequence[Path], training: IVFTraining) -> TrainingData:
    size, share, seed = training.crop_size, training.validation_share, training.seed
    file = patch_file(sources)
    if file:
        return patch_data(
            file,
            "ivf",
            (size, size, 1),
            lambda images, generator: (images, images),
            lambda images: (images, images),
            training.batch_size,
            share,
            seed,
        )
    from pipelines.ivf import training_dataset, validation_arrays

    chosen, held_out = split_pictures(sources, training)
    steps = count_steps(len(chosen), len(held_out), training.batch_size, sources[0])
    crops = validation_arrays(held_out, size, seed)
    return TrainingData(
        steps,
        training.batch_size,
        (crops, crops),
        lambda epoch, share: training_dataset(chosen, size, training.batch_size, seed, epoch, share),
    )
