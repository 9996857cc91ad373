"""Scores of multi-spectral fusion, with plain interpolation, GSA and MTF-GLP beside."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from cscfuse_keras.baselines.generalized_laplacian_pyramid import GLPFuser
from cscfuse_keras.baselines.gram_schmidt import GramSchmidtFuser
from cscfuse_keras.baselines.interpolation import InterpolationFuser
from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import evaluate_msf, evaluate_msf_inputs
from cscfuse_keras.report.cube_pictures import absolute_error, display_range, error_map, error_scale, rendering
from cscfuse_keras.tasks.msf_scales import unit_cube
from pipelines.spectral_sources import SceneFiles, find_scene_files, read_spectral_scene
from pipelines.spectral_triples import degraded
from pipelines.wald import Method, Wald

Scores = dict[str, dict[str, float]]


class Fuser(Protocol):
    """What fuses; `MSFFuser` and the baselines do."""

    def fuse(self, low_resolution: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Fuse float32 images in [0, 1]."""
        ...


@dataclasses.dataclass(frozen=True)
class Scene:
    """A scene to judge.

    Attributes:
        name: shown in the report.
        files: where it is stored.
    """

    name: str
    files: SceneFiles


def plan(
    source: Path,
    sensor: str = "generic",
    bands_full_scale: float | None = None,
    guide_full_scale: float | None = None,
) -> list[Scene]:
    """Scenes to judge.

    Args:
        source: folder of scenes, or a `.mat` file; see `pipelines.spectral_sources`.
        sensor: that took them, one of `pipelines.wald.SENSORS`.
        bands_full_scale: value of the bands that means 1.0; None for that of their integers.
        guide_full_scale: the same of the guide.

    Raises:
        InputError: there is none.
        UsageError: there is no such sensor.
    """
    scales = [() if scale is None else (scale,) for scale in (bands_full_scale, guide_full_scale)]
    (found,) = find_scene_files([source], (sensor,), bands_full_scale=scales[0], guide_full_scale=scales[1])
    return [Scene(_name(files.path, source), files) for files in found]


def baselines(degradation: Wald) -> dict[str, Fuser]:
    """The methods that every other one is put beside, by name."""
    fusers = (
        InterpolationFuser(degradation, "bilinear"),
        InterpolationFuser(degradation, "bicubic"),
        GramSchmidtFuser(degradation),
        GLPFuser(degradation),
    )
    return {fuser.name: fuser for fuser in fusers}


def judge_degraded(
    scene: Scene, name: str, fuser: Fuser, scale: int, method: Method
) -> tuple[Scores, dict[str, np.ndarray]]:
    """Scores of a scene whose degraded images are fused, so that the truth is known.

    Args:
        scene: bands, and a guide of their size or `scale` times larger, which is then degraded too.
        name: of the method to judge.
        fuser: this method.
        scale: of the fusion.
        method: of the degradation, see `pipelines.wald.Wald`.

    Returns:
        `(scores, pictures)`: values by method and metric's name; uint8 pictures by title: renderings with the truth's
        black and white, and maps of the absolute error, all on one scale.

    Raises:
        InputError: a file cannot be read, or the scene does not fit scale, sensor or method.
    """
    stored = read_spectral_scene(scene.files)
    low, guide, truth = degraded(stored, scale, method).in_unit_range()
    results = _fused(scene, {name: fuser, **baselines(Wald(scale, method, stored.sensor))}, low, guide)
    scores = {title: evaluate_msf(fused, truth, low) for title, fused in results.items()}
    errors = {title: absolute_error(fused, truth) for title, fused in results.items()}
    largest = error_scale(*errors.values())
    pictures = _renderings(results, low, guide, {"truth": truth}, scale)
    for title, error in errors.items():
        pictures[f"error of {'fused' if title == name else title}, 0 to {largest:g}"] = error_map(error, largest)
    return scores, pictures


def judge_as_it_is(
    scene: Scene, name: str, fuser: Fuser, scale: int, method: Method
) -> tuple[Scores, dict[str, np.ndarray]]:
    """Scores of a scene whose images are fused as they are, without a truth; as `judge_degraded`.

    The guide at low resolution, which these metrics need, is made as the degradation says.
    """
    stored = read_spectral_scene(scene.files)
    low, guide = unit_cube(stored.bands, stored.bands_full_scale), unit_cube(stored.guide, stored.guide_full_scale)
    if guide.shape[:2] != (scale * low.shape[0], scale * low.shape[1]):
        raise InputError(
            f"{stored.name}: expected a guide {scale} times as high and wide as the bands, found {guide.shape[1]} x "
            f"{guide.shape[0]} and {low.shape[1]} x {low.shape[0]}; judge it at reduced resolution"
        )
    degradation = Wald(scale, method, stored.sensor)
    results = _fused(scene, {name: fuser, **baselines(degradation)}, low, guide)
    low_guide = degradation.degrade_guide(guide)
    scores = {
        method: evaluate_msf_inputs(fused, low, guide, np.clip(low_guide, 0, 1)) for method, fused in results.items()
    }
    return scores, _renderings(results, low, guide, {}, scale)


def _name(path, source):
    inside = path.relative_to(source).as_posix() if path != source else "."
    return path.name if inside == "." else inside


def _fused(scene, fusers, low, guide):
    """Results by method."""
    try:
        return {method: fuser.fuse(low, guide) for method, fuser in fusers.items()}
    except InputError as problem:
        raise InputError(f"{scene.name}: {problem}") from None


def _renderings(
    results: Mapping[str, np.ndarray],
    low: np.ndarray,
    guide: np.ndarray,
    truth: Mapping[str, np.ndarray],
    scale: int,
) -> dict[str, np.ndarray]:
    """Pictures by title: the method that is judged, the truth if there is one, what was fused, the other methods."""
    shown = display_range(next(iter(truth.values()), low))
    enlarged = np.repeat(np.repeat(low, scale, axis=0), scale, axis=1)
    first, *others = results
    cubes = {"fused": results[first], **truth, "low resolution": enlarged}
    pictures = {title: rendering(cube, shown) for title, cube in cubes.items()}
    pictures["guide"] = rendering(guide, display_range(guide))
    return pictures | {method: rendering(results[method], shown) for method in others}
