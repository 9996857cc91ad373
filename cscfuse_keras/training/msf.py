"""Training of the multi-spectral network (Zhao et al. 2023)."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.models.msf import MSFConfig, build_network
from cscfuse_keras.training.data import TrainingData, count_steps
from cscfuse_keras.training.distribution import ONE_DEVICE, Distribution
from cscfuse_keras.training.progress import Progress
from cscfuse_keras.training.run import Schedule, fit, open_run

if TYPE_CHECKING:
    from pipelines.spectral_sources import SceneFiles


@dataclasses.dataclass(frozen=True)
class MSFTraining(Config):
    """Settings of the training; the defaults are the paper's.

    Settings of sources are one value for all, or one each: those of the training in the order given, then those of the
    validation.

    Attributes:
        epochs: number of epochs.
        steps_per_epoch: steps from one checkpoint to the next; None for a pass over all patches in four turns.
        batch_size: patches a step.
        patch_size: side of the patches at high resolution, in pixels.
        patch_stride: distance of neighbouring patches, in pixels.
        learning_rate: largest learning rate of Adam.
        warm_up_steps: steps in which the learning rate rises to it.
        cosine_decay: let the learning rate fall to 0 along a half cosine, instead of keeping it.
        gradient_limit: largest norm of a step's gradient; 0 for no limit.
        loss: mean squared or mean absolute error.
        degradation: `"mtf"` or `"nearest"`, see `pipelines.wald.Wald`.
        sensor: of each source, whose gains `"mtf"` takes, one of `pipelines.wald.SENSORS`.
        bands_name: array of `.mat` files that is the multi-spectral image.
        guide_name: array of `.mat` files that is the guide.
        bands_full_scale: value of each source's multi-spectral image that means 1.0; none for that of its integers.
        guide_full_scale: value of each source's guide that means 1.0; none for that of its integers.
        validation_by: where no validation scenes are given, keep whole `"scenes"`, or the lowest `"rows"` of each.
        validation_share: share of scenes or rows that is kept.
        validation_size: largest side of the squares that are judged, in pixels.
        seed: of weights and order.
    """

    epochs: int = 100
    steps_per_epoch: int | None = None
    batch_size: int = 16
    patch_size: int = 64
    patch_stride: int = 25
    learning_rate: float = 5e-4
    warm_up_steps: int = 0
    cosine_decay: bool = False
    gradient_limit: float = 0.0
    loss: Literal["mse", "l1"] = "mse"
    degradation: Literal["mtf", "nearest"] = "mtf"
    sensor: tuple[str, ...] = ("generic",)
    bands_name: str = "I_MS"
    guide_name: str = "I_PAN"
    bands_full_scale: tuple[float, ...] = ()
    guide_full_scale: tuple[float, ...] = ()
    validation_by: Literal["scenes", "rows"] = "scenes"
    validation_share: float = 1 / 10
    validation_size: int = 512
    seed: int = 0


def train(
    sources: Sequence[Path],
    directory: Path,
    network: MSFConfig | None = None,
    training: MSFTraining | None = None,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    validation: Sequence[Path] = (),
    distribution: Distribution = ONE_DEVICE,
) -> Progress:
    """Train a network and keep the best in `directory / "best.keras"`.

    Args:
        sources: folders of scenes, `.mat` files (see `pipelines.spectral_sources`), or one HDF5 file from
            `cscfuse patches`.
        directory: the run's folder: settings, checkpoints, history, loss curve, best model.
        network: settings of the network; the paper's by default.
        training: settings of the training; the paper's by default.
        resume: go on from the newest checkpoint in `directory`.
        callbacks: further Keras callbacks.
        validation: folders or `.mat` files of scenes to judge by; by default a share of `sources`, not trained on.
        distribution: what computes.

    Returns:
        The run's progress.

    Raises:
        UsageError: the folder holds a run and `resume` is off, or the settings differ from that run's, or do not fit
            the network or the sources.
        InputError: there are too few scenes, or one does not fit the network.
        ModelError: the loss became NaN.
    """
    network, training = network or MSFConfig(), training or MSFTraining()
    data = _data(sources, validation, network, training)
    progress = open_run(
        directory, {"network": network.to_dict(), "training": training.to_dict()}, resume, distribution.writes
    )
    keras.utils.set_random_seed(training.seed)
    with distribution.scope():
        model = build_network(network)
    loss = {"mse": keras.losses.MeanSquaredError, "l1": keras.losses.MeanAbsoluteError}[training.loss]()
    fit(
        model,
        loss,
        data,
        Schedule(training.epochs, _learning_rate(training, data.steps), 1, training.gradient_limit),
        progress,
        model.save,
        callbacks,
        distribution,
    )
    return progress


def _learning_rate(training: MSFTraining, steps: int):
    total, warm_up = training.epochs * steps, training.warm_up_steps
    if warm_up >= total:
        raise UsageError(f"warm_up_steps: expected fewer than the {total} steps of the training, found {warm_up}")
    return keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else training.learning_rate,
        total - warm_up,
        alpha=0.0 if training.cosine_decay else 1.0,
        warmup_target=training.learning_rate if warm_up else None,
        warmup_steps=warm_up,
    )


def _data(
    sources: Sequence[Path], validation: Sequence[Path], network: MSFConfig, training: MSFTraining
) -> TrainingData:
    from pipelines.spectral_patches import SpectralBatches, as_dataset

    if training.patch_size % network.scale:
        raise UsageError(
            f"patch_size: expected a multiple of the scale {network.scale}, found {training.patch_size}; change one"
        )
    from_file = any(source.suffix.lower() in (".h5", ".hdf5") for source in sources)
    patches, judged = (_from_patch_file if from_file else _from_scenes)(sources, validation, network, training)
    steps = training.steps_per_epoch or count_steps(len(patches), len(judged[1]), training.batch_size, sources[0])

    def batches(first_epoch, share):
        shown = SpectralBatches(patches, training.batch_size, steps, training.seed, first_epoch, share)
        return as_dataset(shown) if keras.config.backend() == "tensorflow" else shown

    return TrainingData(steps, training.batch_size, judged, batches)


def split_scene_files(
    sources: Sequence[Path], validation: Sequence[Path], training: MSFTraining
) -> tuple[list["SceneFiles"], list["SceneFiles"]]:
    """Scenes to train on, and those to validate with: all of `validation`, or some of `sources` if that is empty."""
    found = _scene_files([*sources, *validation], training)
    chosen, held_out = _joined(found[: len(sources)]), _joined(found[len(sources) :])
    return (chosen, held_out) if validation else _split(chosen, [str(files.path) for files in chosen], training)


def _from_scenes(sources, validation, network, training):
    """Training patches of scenes held in memory, and validation arrays."""
    from pipelines.spectral_patches import ScenePatches, validation_arrays
    from pipelines.spectral_sources import read_spectral_scene, split_rows

    by_rows = training.validation_by == "rows" and not validation
    if by_rows:
        chosen, held_out = _joined(_scene_files(sources, training)), []
    else:
        chosen, held_out = split_scene_files(sources, validation, training)
    scenes, judged = ([read_spectral_scene(files) for files in part] for part in (chosen, held_out))
    for scene in (*scenes, *judged):
        _check_channels(scene.name, scene.bands, scene.guide, network)
    if by_rows:
        parts = [split_rows(scene, training.validation_share, network.scale) for scene in scenes]
        scenes, judged = ([part[k] for part in parts] for k in (0, 1))
    patches = ScenePatches(scenes, network.scale, training.degradation, training.patch_size, training.patch_stride)
    return patches, validation_arrays(judged, network.scale, training.degradation, training.validation_size)


def _from_patch_file(sources, validation, network, training):
    """Training patches of a file, and validation arrays: of scenes, or patches of the scenes that are held out."""
    from pipelines.spectral_patch_file import SpectralPatchFile, spread
    from pipelines.spectral_patches import stacked, validation_arrays
    from pipelines.spectral_sources import read_spectral_scene

    source = sources[0]
    if len(sources) > 1:
        raise UsageError(f"{source}: expected one patch file or scenes, found {len(sources)} sources; give one kind")
    patches = SpectralPatchFile(source)
    for name, expected, found in (
        ("scale", network.scale, patches.scale),
        ("patch_size", training.patch_size, patches.size),
        ("degradation", training.degradation, patches.method),
    ):
        if found != expected:
            raise UsageError(f"{source}: expected {name} {expected}, as the settings say, found {found}; change one")
    _check_channels(str(source), patches[0].truth, patches[0].guide, network)
    if validation:
        judged = [read_spectral_scene(files) for files in _joined(_scene_files(validation, training))]
        for scene in judged:
            _check_channels(scene.name, scene.bands, scene.guide, network)
        return patches, validation_arrays(judged, network.scale, training.degradation, training.validation_size)
    if training.validation_by == "rows":
        raise UsageError(f"{source}: expected scenes to validate by rows, found patches; give scenes or --validation")
    chosen, held_out = _split(range(len(patches.scene_names)), patches.scene_names, training)
    count = max(training.validation_size // training.patch_size, 1) ** 2 * len(held_out)
    return SpectralPatchFile(source, chosen), stacked(spread(SpectralPatchFile(source, held_out, turns=1), count))


def _scene_files(sources, training):
    from pipelines.spectral_sources import find_scene_files

    return find_scene_files(
        sources,
        training.sensor,
        training.bands_name,
        training.guide_name,
        training.bands_full_scale,
        training.guide_full_scale,
    )


def _joined(groups):
    return [files for group in groups for files in group]


def _split(sources, names, training):
    from pipelines.sources import split_by_name

    chosen, held_out = split_by_name(sources, names, training.validation_share, training.seed)
    if not (chosen and held_out):
        raise InputError(
            f"{names[0]}: expected scenes to train and to validate with, found {len(chosen)} and {len(held_out)}; give "
            "--validation, more scenes, another validation_share, or set validation_by to rows"
        )
    return chosen, held_out


def _check_channels(where, bands, guide, network):
    if (bands.shape[-1], guide.shape[-1]) != (network.bands, network.guide_channels):
        raise InputError(
            f"{where}: expected {network.bands} bands and {network.guide_channels} guide channels, as the network has, "
            f"found {bands.shape[-1]} and {guide.shape[-1]}; set --bands and --guide-channels, or leave it out"
        )
