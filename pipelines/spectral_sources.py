"""Multi-spectral scenes on disk: many bands and a guide."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io.cubes import BAND, guide_beside_bands, read_cube
from pipelines.wald import SENSORS, Sensor, find_sensor


@dataclasses.dataclass(frozen=True)
class SceneFiles:
    """Where a scene is stored, and what its files do not tell.

    Attributes:
        path: a folder of the CAVE set or of its form; a folder with a file `bands.*` and a file `guide.*`; or a `.mat`
            file that holds both.
        bands_name: array of a `.mat` file that is the multi-spectral image.
        guide_name: array of a `.mat` file that is the guide.
        bands_full_scale: value of the multi-spectral image that means 1.0; None for that of the integers' dtype.
        guide_full_scale: the same of the guide.
        sensor: that took the images.
    """

    path: Path
    bands_name: str = "I_MS"
    guide_name: str = "I_PAN"
    bands_full_scale: float | None = None
    guide_full_scale: float | None = None
    sensor: Sensor = SENSORS["generic"]


@dataclasses.dataclass(frozen=True, eq=False)
class SpectralScene:
    """A multi-spectral image and its guide, as stored.

    Attributes:
        name: path of its folder or file.
        bands: array (height, width, bands).
        guide: array (height, width, channels): of the size of `bands`, or a whole number of times larger.
        bands_full_scale: value of `bands` that means 1.0.
        guide_full_scale: value of `guide` that means 1.0.
        sensor: that took the images.
    """

    name: str
    bands: np.ndarray
    guide: np.ndarray
    bands_full_scale: float
    guide_full_scale: float
    sensor: Sensor = SENSORS["generic"]


def find_scene_files(
    sources: Sequence[str | os.PathLike],
    sensor: Sequence[str] = ("generic",),
    bands_name: str = "I_MS",
    guide_name: str = "I_PAN",
    bands_full_scale: Sequence[float] = (),
    guide_full_scale: Sequence[float] = (),
) -> list[list[SceneFiles]]:
    """All scenes of each source, sorted by path.

    Args:
        sources: folders that hold scenes, themselves or below them, and `.mat` files.
        sensor: names from `pipelines.wald.SENSORS`: one for all sources, or one each.
        bands_name: see `SceneFiles`.
        guide_name: see `SceneFiles`.
        bands_full_scale: see `SceneFiles`; none, one for all sources, or one each.
        guide_full_scale: the same of the guide.

    Raises:
        InputError: a source holds no scene.
        UsageError: there are several settings, but not as many as sources, or there is no such sensor.
    """
    count = len(sources)
    settings = zip(
        _for_each(bands_full_scale, count, "bands_full_scale"),
        _for_each(guide_full_scale, count, "guide_full_scale"),
        [find_sensor(name) for name in _for_each(sensor or ("generic",), count, "sensor")],
        strict=True,
    )
    return [
        [SceneFiles(path, bands_name, guide_name, *setting) for path in _find_scenes(Path(source))]
        for source, setting in zip(sources, settings, strict=True)
    ]


def _for_each(values: Sequence[Any], count: int, name: str) -> list[Any]:
    if len(values) not in (0, 1, count):
        raise UsageError(f"{name}: expected one value for all {count} sources or one each, found {len(values)}")
    return list(values) if len(values) == count else list(values or [None]) * count


def _find_scenes(source):
    if source.is_file() and source.suffix.lower() == ".mat":
        return [source]
    found = set()
    for path in source.rglob("[!.]*"):
        if BAND.fullmatch(path.name) or path.stem == "bands":
            found.add(path.parent)
        elif path.suffix.lower() == ".mat" and path.stem != "guide":
            found.add(path)
    if not found:
        raise InputError(
            f"{source}: expected folders of band pictures ms_01.png, ms_02.png, ... and an RGB picture, folders of "
            "bands.* and guide.*, or .mat files, found none; check the path"
        )
    return sorted(found)


def read_spectral_scene(files: SceneFiles) -> SpectralScene:
    """Read both images of a scene.

    Raises:
        InputError: one is missing, cannot be read, or is of floating point and its full scale is not stated.
    """
    path = files.path
    if path.is_file():
        bands_source, guide_source = (f"{path}:{name}" for name in (files.bands_name, files.guide_name))
    elif list(path.glob("bands.*")):
        bands_source, guide_source = _only(path, "bands"), _only(path, "guide")
    else:
        bands_source, guide_source = path, guide_beside_bands(path)
    bands, bands_full_scale = _read_scaled(bands_source, files.bands_full_scale, "bands_full_scale")
    guide, guide_full_scale = _read_scaled(guide_source, files.guide_full_scale, "guide_full_scale")
    return SpectralScene(str(path), bands, guide, bands_full_scale, guide_full_scale, files.sensor)


def split_rows(scene: SpectralScene, share: float, scale: int) -> tuple[SpectralScene, SpectralScene]:
    """The upper rows of a scene to train with, and the lowest ones to validate with.

    Args:
        scene: bands and guide.
        share: of the rows that goes to validation, in [0, 1].
        scale: that the training lowers the resolution by: no pixel of the low resolution is cut.

    Raises:
        InputError: one of the two would be empty.
    """
    height = scene.bands.shape[0]
    rows = round((1 - share) * height / scale) * scale
    if not 0 < rows <= height - scale:
        raise InputError(
            f"{scene.name}: expected rows to train and to validate with, found {rows} of {height} to train"
        )
    ratio = scene.guide.shape[0] // height
    upper, lower = (
        dataclasses.replace(scene, bands=scene.bands[part], guide=scene.guide[guide_part])
        for part, guide_part in (
            (slice(None, rows), slice(None, ratio * rows)),
            (slice(rows, None), slice(ratio * rows, None)),
        )
    )
    return upper, lower


def _read_scaled(source, full_scale, setting):
    cube = read_cube(source, full_scale)
    if cube.full_scale is None:
        raise InputError(
            f"{source}: expected a stated full scale of floating-point samples, found none; "
            f"set {setting} to the value that means 1.0"
        )
    return cube.samples, cube.full_scale


def _only(folder, stem):
    files = sorted(folder.glob(f"{stem}.*"))
    if len(files) != 1:
        raise InputError(f"{folder}: expected one file {stem}.*, found {len(files)}; keep one")
    return files[0]
