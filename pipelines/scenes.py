"""Exposure sequences on disk: one folder a scene."""

import dataclasses
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import list_pictures, read_picture
from cscfuse_keras.io.metadata import exposure_time
from cscfuse_keras.runtimes.tiles import whole
from cscfuse_keras.tasks.align import align_exposures
from cscfuse_keras.tasks.unit_pixels import UnitRGB

Order = Literal["name", "brightness", "exposure_time"]


@dataclasses.dataclass(frozen=True)
class Scene:
    """Exposures of one scene.

    Attributes:
        name: of its folder.
        exposures: picture files, in order.
    """

    name: str
    exposures: tuple[Path, ...]


def find_scenes(folders: Iterable[str | os.PathLike], order: Order = "name") -> list[Scene]:
    """All folders of at least two pictures among the folders given and those directly below them, sorted by name.

    Args:
        folders: folders of scene folders, or scene folders themselves.
        order: of the exposures: by file name, by mean luma, or by the exposure time in their EXIF data; dark to bright.

    Raises:
        InputError: a folder is missing, none holds a scene, or a picture has no exposure time to order by.
    """
    scenes = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder of exposure sequences, found nothing there; check the path")
        found = []
        for candidate in [folder, *sorted(path for path in folder.glob("[!.]*") if path.is_dir())]:
            pictures = list_pictures(candidate)
            if len(pictures) >= 2:
                found.append(Scene(candidate.name, tuple(_ordered(pictures, order))))
        if not found:
            raise InputError(f"{folder}: expected folders of two or more exposures, one a scene, found none")
        scenes.extend(found)
    return scenes


def read_exposure(path: str | os.PathLike) -> np.ndarray:
    """An exposure as float32 RGB (height, width, 3) in [0, 1]; grey pictures get three equal channels."""
    picture = read_picture(path)
    return UnitRGB(picture.pixels, picture.full_scale)[whole(*picture.pixels.shape[:2])]


def largest_shift(scene: Scene) -> float:
    """Largest distance, in pixels, by which an exposure is displaced against the one in the middle.

    Returns:
        Pixels; infinity if the exposures do not show one view.

    Raises:
        InputError: an exposure cannot be read.
    """
    exposures = [read_picture(path).pixels for path in scene.exposures]
    try:
        alignment = align_exposures(exposures, [str(path) for path in scene.exposures])
    except InputError:
        return math.inf
    return max(math.hypot(*shift) for shift in alignment.shifts)


def _ordered(pictures: list[Path], order: Order) -> list[Path]:
    if order == "name":
        return pictures
    key = {"brightness": lambda path: float(read_exposure(path).mean()), "exposure_time": _time_of}[order]
    return sorted(pictures, key=key)


def _time_of(path: Path) -> float:
    time = exposure_time(read_picture(path).exif)
    if time is None:
        raise InputError(f"{path}: expected an EXIF exposure time, found none; order by name or brightness instead")
    return time
