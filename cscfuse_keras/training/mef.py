"""Training of the multi-exposure network (Zhao et al. 2023)."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import keras
import numpy as np

from cscfuse_keras.config import Config
from cscfuse_keras.models.mef import MEFConfig, build_fusion, build_training, copy_coder
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.training.data import TrainingData, count_steps, patch_data, patch_file
from cscfuse_keras.training.distribution import ONE_DEVICE, Distribution
from cscfuse_keras.training.progress import Progress
from cscfuse_keras.training.run import Schedule, fit, open_run

if TYPE_CHECKING:
    from pipelines.scenes import Scene


@dataclasses.dataclass(frozen=True)
class MEFTraining(Config):
    """Settings of the training; the defaults are the paper's, but for the crop, whose size it does not give.

    Attributes:
        epochs: passes over the scenes.
        batch_size: stacks a step.
        exposures: exposures a stack, drawn from the scene's.
        crop_size: side of the crops, in pixels.
        learning_rate: of Adam at the start.
        cosine_decay: let the learning rate fall to 0 along a half cosine, instead of keeping it.
        halo_growth: growth of the halo loss's weight an iteration.
        halo_limit: largest weight of the halo loss.
        exposure_order: how a scene's exposures are ordered.
        largest_shift: scenes that move by more pixels between exposures are left out; 0 keeps all.
        validation_share: share of scenes kept for validation.
        coder_from: preset or .keras file whose coder is where the training starts; a random one if empty.
        seed: of weights, order, exposures and crops.
    """

    epochs: int = 50
    batch_size: int = 8
    exposures: int = 4
    crop_size: int = 128
    learning_rate: float = 5e-4
    cosine_decay: bool = False
    halo_growth: float = 0.25
    halo_limit: float = 10.0
    exposure_order: Literal["name", "brightness", "exposure_time"] = "name"
    largest_shift: float = 0.0
    validation_share: float = 1 / 14
    coder_from: str = ""
    seed: int = 0


def train(
    sources: Sequence[Path],
    directory: Path,
    network: MEFConfig | None = None,
    training: MEFTraining | None = None,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    distribution: Distribution = ONE_DEVICE,
) -> Progress:
    """Train a fusion model and keep the best in `directory / "best.keras"`.

    Args:
        sources: folders of scene folders, or one HDF5 file from `cscfuse patches`.
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
        InputError: there are too few scenes.
        ModelError: the loss became NaN.
    """
    network, training = network or MEFConfig(), training or MEFTraining()
    data = _data(sources, training)
    keras.utils.set_random_seed(training.seed)
    with distribution.scope():
        fusion = build_fusion(network)
        model = build_training(fusion, training.halo_growth, training.halo_limit)
    if training.coder_from:
        copy_coder(load_preset(training.coder_from, "mef").model, fusion)
    progress = open_run(
        directory, {"network": network.to_dict(), "training": training.to_dict()}, resume, distribution.writes
    )
    rate = training.learning_rate
    if training.cosine_decay:
        rate = keras.optimizers.schedules.CosineDecay(rate, training.epochs * data.steps)
    schedule = Schedule(training.epochs, rate, training.batch_size)
    fit(model, None, data, schedule, progress, fusion.save, callbacks, distribution)
    return progress


def split_scenes(sources: Sequence[Path], training: MEFTraining) -> tuple[list["Scene"], list["Scene"]]:
    """Scenes in the folders `sources` to train on, and those kept for validation."""
    from pipelines.scenes import find_scenes, largest_shift
    from pipelines.sources import split_by_name

    scenes = find_scenes(sources, training.exposure_order)
    if training.largest_shift:
        scenes = [scene for scene in scenes if largest_shift(scene) <= training.largest_shift]
    return split_by_name(scenes, [scene.name for scene in scenes], training.validation_share, training.seed)


def _data(sources: Sequence[Path], training: MEFTraining) -> TrainingData:
    count, size, share, seed = training.exposures, training.crop_size, training.validation_share, training.seed
    file = patch_file(sources)
    if file:
        return patch_data(
            file, "mef", (count, size, size, 3), _turned, lambda stacks: (stacks,), training.batch_size, share, seed
        )
    from pipelines.mef import training_dataset, validation_arrays

    chosen, held_out = split_scenes(sources, training)
    steps = count_steps(len(chosen), len(held_out), training.batch_size, sources[0])
    stacks = validation_arrays(held_out, count, size, seed)
    return TrainingData(
        steps,
        training.batch_size,
        (stacks,),
        lambda epoch, share: training_dataset(chosen, count, size, training.batch_size, seed, epoch, share),
    )


def _turned(stacks: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Each stack (exposures, size, size, 3) turned by a random quarter."""
    return np.stack([np.rot90(stack, generator.integers(4), axes=(1, 2)) for stack in stacks])
