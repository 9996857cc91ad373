"""Training of the infrared-visible pyramid network on fused pictures, which are judged without a truth."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from cscfuse_keras.errors import UsageError
from cscfuse_keras.losses.ivf_objective import IVFObjectiveWeights
from cscfuse_keras.models.ivf_pyramid import IVFPyramidConfig, build_fusion, build_training
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.models.shapes import first_difference
from cscfuse_keras.training.data import TrainingData, count_steps, patch_data, patch_file
from cscfuse_keras.training.distribution import ONE_DEVICE, Distribution
from cscfuse_keras.training.progress import Progress
from cscfuse_keras.training.run import Schedule, fit, open_run

if TYPE_CHECKING:
    from pipelines.pairs import Pair


@dataclasses.dataclass(frozen=True)
class IVFPyramidTraining(IVFObjectiveWeights):
    """Settings of the training, beside the weights of its objective.

    Attributes:
        epochs: passes over the training pairs; the learning rate falls to 0 along a half cosine.
        batch_size: pairs a step.
        crop_size: side of the crops, in pixels.
        learning_rate: of Adam at the start.
        gradient_limit: largest norm of a step's gradient.
        validation_share: share of pairs kept for validation.
        start_from: preset or .keras file of the same network, whose weights the training starts with; random ones if
            empty.
        reference: preset or .keras file of the network whose pictures those of the trained one are compared with; that
            to start from if empty.
        seed: of weights, order, crops and faults.
    """

    epochs: int = 200
    batch_size: int = 8
    crop_size: int = 128
    learning_rate: float = 3e-3
    gradient_limit: float = 1.0
    validation_share: float = 1 / 9
    start_from: str = ""
    reference: str = ""
    seed: int = 0


def train(
    sources: Sequence[Path],
    directory: Path,
    network: IVFPyramidConfig | None = None,
    training: IVFPyramidTraining | None = None,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    distribution: Distribution = ONE_DEVICE,
) -> Progress:
    """Train a fusion model and keep the best in `directory / "best.keras"`.

    Args:
        sources: folders of registered pairs (see `pipelines.pairs.find_pairs`), or one HDF5 file of such pairs.
        directory: the run's folder: settings, checkpoints, history, loss curve, best model.
        network: settings of the network.
        training: settings of the training.
        resume: go on from the newest checkpoint in `directory`.
        callbacks: further Keras callbacks.
        distribution: what computes.

    Returns:
        The run's progress.

    Raises:
        UsageError: the folder holds a run and `resume` is off, the settings differ from that run's, the network to
            start from has other settings, or `reference_weight` is not 0 and there is no network to compare with.
        InputError: there are too few pairs.
        ModelError: the loss became NaN.
    """
    network, training = network or IVFPyramidConfig(), training or IVFPyramidTraining()
    compared_with = training.reference or training.start_from
    if training.reference_weight and not compared_with:
        raise UsageError("reference_weight: expected reference or start_from, to compare pictures with; give a preset")
    data = _data(sources, training)
    keras.utils.set_random_seed(training.seed)
    with distribution.scope():
        fusion = build_fusion(network)
        start = load_preset(training.start_from, "ivf").model if training.start_from else None
        reference = load_preset(compared_with, "ivf").model if training.reference_weight else None
        model = build_training(fusion, training, reference)
    if start:
        _copy_weights(start, fusion, training.start_from)
    progress = open_run(
        directory, {"network": network.to_dict(), "training": training.to_dict()}, resume, distribution.writes
    )
    rate = keras.optimizers.schedules.CosineDecay(training.learning_rate, training.epochs * data.steps)
    schedule = Schedule(training.epochs, rate, training.batch_size, training.gradient_limit)
    fit(model, None, data, schedule, progress, fusion.save, callbacks, distribution)
    return progress


def _copy_weights(source: keras.Model, target: keras.Model, name: str) -> None:
    if difference := first_difference(target.weights, source.weights):
        raise UsageError(
            f"start_from: expected the settings of the network to train, with {difference} in {name}; "
            "change the settings, or start from nothing"
        )
    target.set_weights(source.get_weights())


def split_pairs(sources: Sequence[Path], training: IVFPyramidTraining) -> tuple[list["Pair"], list["Pair"]]:
    """Pairs in the folders `sources` to train on, and those kept for validation."""
    from pipelines.pairs import find_pairs
    from pipelines.sources import split_by_name

    pairs = find_pairs(sources)
    return split_by_name(pairs, [pair.name for pair in pairs], training.validation_share, training.seed)


def _data(sources: Sequence[Path], training: IVFPyramidTraining) -> TrainingData:
    from pipelines.pairs import as_inputs, training_dataset, validation_arrays

    size, share, seed = training.crop_size, training.validation_share, training.seed
    file = patch_file(sources)
    if file:

        def mirrored(pairs: np.ndarray, generator: np.random.Generator):
            return as_inputs(np.stack([pair[:, :: generator.choice([1, -1])] for pair in pairs]))

        return patch_data(
            file,
            "ivf_pyramid",
            (size, size, 2),
            mirrored,
            lambda pairs: (as_inputs(pairs),),
            training.batch_size,
            share,
            seed,
        )
    chosen, held_out = split_pairs(sources, training)
    steps = count_steps(len(chosen), len(held_out), training.batch_size, sources[0])
    validation = as_inputs(validation_arrays(held_out, size, seed))
    return TrainingData(
        steps,
        training.batch_size,
        (validation,),
        lambda epoch, share: training_dataset(chosen, size, training.batch_size, seed, epoch, share),
    )
