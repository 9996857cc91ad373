"""Scores of multi-exposure fusion on disk, with Mertens' fusion beside."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cscfuse_keras.baselines.mertens import MertensFuser
from cscfuse_keras.errors import InputError
from cscfuse_keras.io import list_pictures, read_picture, to_depth, to_unit
from cscfuse_keras.metrics import Metric, evaluate_mef
from cscfuse_keras.tasks import mef_plan
from cscfuse_keras.tasks.exposures import check_stack
from cscfuse_keras.tasks.parallel import one_at_a_time
from cscfuse_keras.tasks.unused_range import warn_of_unused_range

MERTENS = "Mertens (OpenCV)"
"""Name of the method that every other one is put beside."""


@dataclasses.dataclass(frozen=True)
class Scene:
    """A scene to judge.

    Attributes:
        name: of its folder.
        exposures: picture files.
        fused: file of the fused picture, where that is not made here.
        full_scale: the sample value of pictures of 16 bits that means 1.0; 65535 by default.
    """

    name: str
    exposures: tuple[Path, ...]
    fused: Path | None = None
    full_scale: float | None = None

    def read(self) -> tuple[list[np.ndarray], float]:
        """The exposures as stored, and their value of white.

        Raises:
            InputError: one cannot be read, or sizes or depths differ.

        Warns:
            UserWarning: all of 16 bits use few of them, and no full scale is stated.
        """
        pictures = [read_picture(path, full_scale=self.full_scale) for path in self.exposures]
        exposures = [picture.pixels for picture in pictures]
        check_stack(exposures, [str(path) for path in self.exposures])
        if self.full_scale is None:
            folder = self.exposures[0].parent
            warn_of_unused_range(max(image.max() for image in exposures), exposures[0].dtype, folder)
        return exposures, pictures[0].full_scale


@dataclasses.dataclass(frozen=True)
class FusedSource:
    """Where fused pictures come from.

    Attributes:
        name: shown in the report.
        fuse: from a scene, its exposures and their value of white to the fused float32 picture in [0, 1].
    """

    name: str
    fuse: Callable[[Scene, Sequence[np.ndarray], float], np.ndarray]


def plan(
    folder: Path, report: Path, fused: Path | None = None, full_scale: float | None = None
) -> tuple[list[Scene], list[tuple[Path, str]]]:
    """Scenes to judge, and what is left over with the reason.

    Args:
        folder: holds a folder a scene.
        report: where the report goes; no scene if it is among them.
        fused: folder of one picture a scene, named after it; no scene either.
        full_scale: see `Scene`.

    Raises:
        InputError: a folder is missing, or there is no scene to judge.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder of scene folders, found none; check the path")
    jobs, left_over = mef_plan.plan([folder], report, batch=True)
    scenes = [Scene(job.name, job.sources, full_scale=full_scale) for job in jobs]
    return _with_fused(scenes, left_over, folder, fused) if fused else (scenes, left_over)


def fused_by_preset(preset: str, stretch: bool | None = None) -> FusedSource:
    """Fuse with a preset; `stretch` as for `MEFFuser`. Threads may share it."""
    from cscfuse_keras.tasks.mef import MEFFuser

    fuser = MEFFuser(preset, stretch=stretch)
    fuse = one_at_a_time(fuser.fuse)
    return FusedSource(fuser.preset.name, lambda scene, exposures, full_scale: fuse(exposures, full_scale))


def fused_from_folder(folder: Path) -> FusedSource:
    """Take the fused pictures that `plan` found in a folder."""

    def read(scene, exposures, full_scale):
        picture = read_picture(scene.fused, full_scale=scene.full_scale)
        if picture.pixels.shape[:2] != exposures[0].shape[:2]:
            raise InputError(
                f"{scene.fused}: expected the size of the exposures, {_size(exposures[0])}, "
                f"found {_size(picture.pixels)}; judge results that were not cropped or scaled"
            )
        return to_unit(picture.pixels, picture.full_scale)

    return FusedSource(str(folder), read)


def judge(
    scene: Scene, source: FusedSource, metrics: Sequence[Metric]
) -> tuple[dict[str, dict[str, float]], dict[str, np.ndarray]]:
    """Scores of a scene by method, of Mertens' fusion too, and its pictures for the report.

    Both methods are given the exposures in their own depth; metrics see everything with 8 bits, rounded.

    Returns:
        `(scores, pictures)`: values by method and metric's name; uint8 pictures by title.

    Raises:
        InputError: a file cannot be read, sizes or depths differ, or a picture is too small for a metric.
    """
    exposures, full_scale = scene.read()
    levels = [eight_bit(exposure, full_scale) for exposure in exposures]
    fused = to_depth(source.fuse(scene, exposures, full_scale), "uint8")
    mertens = to_depth(MertensFuser().fuse(exposures, full_scale), "uint8")
    try:
        scores = {
            method: evaluate_mef(picture, levels, metrics)
            for method, picture in ((source.name, fused), (MERTENS, mertens))
        }
    except InputError as problem:
        raise InputError(f"{scene.name}: {problem}") from None
    # The report's viewer compares with the first picture, and that one with the second.
    return scores, {"fused": fused, "Mertens": mertens, **shown_exposures(levels)}


def _with_fused(scenes, left_over, folder, fused):
    """Scenes with their fused pictures, and what is left over now."""
    pictures: dict[str, list[Path]] = {}
    for path in list_pictures(fused):
        pictures.setdefault(path.stem, []).append(path)
    complete, left_over = [], [(path, reason) for path, reason in left_over if not path.samefile(fused)]
    for scene in scenes:
        place = scene.exposures[0].parent
        if place.samefile(fused):
            continue
        found = pictures.pop(scene.name, [])
        if len(found) == 1:
            complete.append(dataclasses.replace(scene, fused=found[0]))
        elif found:
            left_over.append((place, f"ambiguous: {fused} holds {' and '.join(path.name for path in found)}"))
        else:
            left_over.append((place, f"no fused picture of this name in {fused}"))
    left_over += [(path, f"no scene of this name in {folder}") for paths in pictures.values() for path in paths]
    if not complete:
        raise InputError(
            f"{fused}: expected pictures named after the scenes in {folder}, such as {scenes[0].name}.png, found none; "
            "name them so"
        )
    return complete, left_over


def shown_exposures(levels: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """The exposures that a report shows, by title: the darkest, one in the middle, the brightest."""
    ordered = sorted(levels, key=np.mean)
    middle = {"middle": ordered[len(ordered) // 2]} if len(ordered) > 2 else {}
    return {"darkest": ordered[0], **middle, "brightest": ordered[-1]}


def eight_bit(exposure: np.ndarray, full_scale: float) -> np.ndarray:
    """Samples in [0, full_scale] as uint8, rounded."""
    return exposure if exposure.dtype == np.uint8 else to_depth(to_unit(exposure, full_scale), "uint8")


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]} x {image.shape[0]}"
