"""Scores of a trained network on pictures that it has not learnt from."""

import dataclasses
import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cscfuse_keras.config import Config
from cscfuse_keras.errors import InputError, ModelError, UsageError
from cscfuse_keras.io import read_picture, to_depth
from cscfuse_keras.io.outputs import identities
from cscfuse_keras.metrics import Metric, evaluate_mef, evaluate_msf
from cscfuse_keras.tasks import ivf_scores, mef_scores
from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.tasks.mef import MEFFuser
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.training import ivf, ivf_pyramid, mef, msf
from pipelines.pairs import Pair, find_pairs
from pipelines.scenes import Scene, find_scenes
from pipelines.sources import find_pictures
from pipelines.spectral_sources import SceneFiles, read_spectral_scene
from pipelines.spectral_triples import degraded


@dataclasses.dataclass(frozen=True)
class Kind:
    """How networks of one kind are judged.

    Attributes:
        fuser: from a model's file and further settings to what fuses.
        split: from the sources, the validation folders and the training's settings to the files that may be trained on,
            and to what is judged: what the folders hold, or, without any, what training keeps of the sources.
        files: of one of the latter.
        judge: from a fuser, one of the latter, the metrics and the training's settings to values by metric's name.
    """

    fuser: Callable[..., Any]
    split: Callable[[Sequence[Path], Sequence[Path], Any], tuple[Iterable[Path], Sequence[Any]]]
    files: Callable[[Any], Iterable[Path]]
    judge: Callable[[Any, Any, Sequence[Metric], Any], Mapping[str, float]]


def validation_items(
    network: str, sources: Sequence[Path], validation: Sequence[Path], training: Config
) -> Sequence[Any]:
    """What networks are judged on: all of `validation`, or what their training keeps of the sources.

    Raises:
        InputError: there is none.
        UsageError: the validation pictures are trained on, or patches are given and none to validate with.
    """
    kind = KINDS[network]
    if any(source.is_file() and source.suffix.lower() in (".h5", ".hdf5") for source in sources):
        if not validation:
            raise UsageError(
                f"{sources[0]}: expected whole pictures to score by, found patches; add --validation with some"
            )
        sources = ()
    learnt, items = kind.split(sources, validation, training)
    if not items:
        raise InputError(
            f"{(*validation, *sources)[0]}: expected pictures to score by, found none kept for validation; give more"
        )
    known = identities(learnt)
    for item in items:
        for file in kind.files(item):
            if identities([file]) & known:
                raise UsageError(
                    f"{file}: expected pictures to validate with, found one that is in --data too; leave "
                    "--validation out to score by the share of --data that is not trained on, or give others"
                )
    return items


def judge(
    network: str,
    file: Path,
    fusion: Mapping[str, Any],
    items: Sequence[Any],
    metrics: Sequence[Metric],
    training: Config,
) -> tuple[dict[str, float], int]:
    """Mean scores of a model over items that have a value, and the number of its weights.

    Args:
        network: name of its network.
        file: `.keras` file.
        fusion: settings that only fusing sees.
        items: from `validation_items`.
        metrics: to score by.
        training: settings of its training.

    Raises:
        ModelError: a metric has no value for any item.
    """
    kind = KINDS[network]
    fuser = kind.fuser(str(file), **fusion)
    judged = [kind.judge(fuser, item, metrics, training) for item in items]
    scores = {}
    for metric in metrics:
        known = [values[metric.name] for values in judged if math.isfinite(values[metric.name])]
        if not known:
            raise ModelError(f"{file}: expected a value of {metric.name}, found none for any picture; change the score")
        scores[metric.name] = statistics.fmean(known)
    return scores, fuser.preset.model.count_params()


def _split_pictures(sources: Sequence[Path], validation: Sequence[Path], training: ivf.IVFTraining):
    if validation:
        return find_pictures(sources), find_pairs(validation)
    try:
        pairs = find_pairs(sources)
    except InputError as problem:
        raise UsageError(f"{problem}; or add --validation with such a folder") from None
    learnt, kept = ivf.split_pictures(sources, training)
    return learnt, [pair for pair in pairs if {pair.infrared, pair.visible} <= set(kept)]


def _split_pairs(sources: Sequence[Path], validation: Sequence[Path], training: ivf_pyramid.IVFPyramidTraining):
    learnt, kept = ivf_pyramid.split_pairs(sources, training)
    if validation:
        learnt, kept = learnt + kept, find_pairs(validation)
    return [file for pair in learnt for file in _files_of_pair(pair)], kept


def _split_scenes(sources: Sequence[Path], validation: Sequence[Path], training: mef.MEFTraining):
    learnt, kept = mef.split_scenes(sources, training)
    if validation:
        learnt, kept = learnt + kept, find_scenes(validation, training.exposure_order)
    return [file for scene in learnt for file in scene.exposures], kept


def _split_spectral(sources: Sequence[Path], validation: Sequence[Path], training: msf.MSFTraining):
    if training.validation_by == "rows" and not validation:
        raise UsageError("validation_by: expected whole scenes to score by, found rows; add --validation with some")
    learnt, kept = msf.split_scene_files(sources, validation, training)
    return [files.path for files in learnt], kept


def _files_of_pair(pair: Pair) -> tuple[Path, Path]:
    return pair.infrared, pair.visible


def _judge_pair(fuser, pair, metrics, training):
    source = ivf_scores.FusedSource("", lambda name, infrared, visible: fuser.fuse(infrared, visible))
    return ivf_scores.judge(ivf_scores.Item(*pair), source, metrics=metrics)[0]


def _judge_exposures(fuser, scene: Scene, metrics, training):
    pictures = [read_picture(path) for path in scene.exposures]
    exposures, full_scale = [picture.pixels for picture in pictures], pictures[0].full_scale
    fused = to_depth(fuser.fuse(exposures, full_scale), "uint8")
    return evaluate_mef(fused, [mef_scores.eight_bit(exposure, full_scale) for exposure in exposures], metrics)


def _judge_spectral(fuser, files: SceneFiles, metrics, training: msf.MSFTraining):
    triple = degraded(read_spectral_scene(files), fuser.runtime.scale, training.degradation)
    low, guide, truth = triple.in_unit_range()
    return evaluate_msf(fuser.fuse(low, guide), truth, low)


KINDS = {
    "ivf": Kind(IVFFuser, _split_pictures, _files_of_pair, _judge_pair),
    "ivf_pyramid": Kind(IVFFuser, _split_pairs, _files_of_pair, _judge_pair),
    "mef": Kind(MEFFuser, _split_scenes, lambda scene: scene.exposures, _judge_exposures),
    "msf": Kind(MSFFuser, _split_spectral, lambda files: (files.path,), _judge_spectral),
}
"""How networks are judged, by name; all of `cscfuse_keras.models.networks.NETWORKS`."""
