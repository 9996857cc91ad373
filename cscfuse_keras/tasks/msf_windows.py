"""Windows of georeferenced files, fused one by one: here, or wherever the same function runs."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from cscfuse_keras.runtimes.tiles import Window, scaled
from cscfuse_keras.tasks.arrays import from_unit
from cscfuse_keras.tasks.unit_raster import UnitRaster

if TYPE_CHECKING:
    from cscfuse_keras.tasks.msf import MSFFuser


class FusedWindow(NamedTuple):
    """A part of the result.

    Attributes:
        window: its place in the guide.
        samples: (rows, columns, bands) of the low-resolution file's dtype.
        valid: bool (rows, columns), where both files have a value.
    """

    window: Window
    samples: np.ndarray
    valid: np.ndarray


class Scene(NamedTuple):
    """The two images of one area.

    Attributes:
        low: of low resolution.
        guide: to be fused with it.
    """

    low: UnitRaster
    guide: UnitRaster


Spread: TypeAlias = Callable[["MSFFuser", Scene, Sequence[Window]], Iterator[FusedWindow]]
"""From windows of the low-resolution image to what is fused of them, in any order."""


def fuse_here(fuser: "MSFFuser", scene: Scene, windows: Sequence[Window]) -> Iterator[FusedWindow]:
    """Fuse windows in this process, one after the other."""
    return (fuse_window(fuser, scene, window) for window in windows)


def fuse_window(fuser: "MSFFuser", scene: Scene, window: Window) -> FusedWindow:
    """Fuse a window of the low-resolution image; where nothing is valid, nothing is computed."""
    low, guide, scale = scene.low, scene.guide, fuser.runtime.scale
    fine = scaled(window, scale)
    valid = low.valid(window).repeat(scale, axis=0).repeat(scale, axis=1) & guide.valid(fine)
    if not valid.any():
        return FusedWindow(fine, np.zeros((*valid.shape, low.shape[2]), low.raster.dtype), valid)
    fused = np.clip(fuser.runtime.tile(low, guide, low.shape[:2], window), 0, 1)
    return FusedWindow(fine, from_unit(fused, low.full_scale, low.raster.dtype), valid)
