"""Multi-spectral fusion of georeferenced files, window by window."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from cscfuse_keras.io.raster_writing import writing
from cscfuse_keras.io.rasters import Raster, check_same_area
from cscfuse_keras.runtimes.tiles import Window, scaled, shape, tiles, whole
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.msf_adapt import adapt_pixels, whole_ratio
from cscfuse_keras.tasks.msf_scales import full_scales, warn_of_unstated
from cscfuse_keras.tasks.msf_windows import FusedWindow, Scene, Spread, fuse_here
from cscfuse_keras.tasks.unit_raster import UnitRaster
from pipelines.wald import Wald

if TYPE_CHECKING:
    from cscfuse_keras.tasks.msf import MSFFuser
    from cscfuse_keras.training.msf_adaptation import Adaptation, Adapted

LARGEST_BLOCK = 256
"""Largest side of the blocks that outputs are kept in until they are whole."""

Progress: TypeAlias = Callable[[Iterable[FusedWindow], int], Iterable[FusedWindow]]
"""Passes on what is fused, of which there will be a number, and shows how far it is."""


def unseen(fused: Iterable[FusedWindow], count: int) -> Iterable[FusedWindow]:
    """Show nothing."""
    return fused


def fuse_rasters(
    fuser: "MSFFuser",
    job: Job,
    full_scale: float | None = None,
    guide_full_scale: float | None = None,
    progress: Progress = unseen,
    spread: Spread = fuse_here,
) -> None:
    """Fuse two georeferenced files in memory that the fuser's tile bounds.

    The result lies where the guide lies, with its pixels, and has dtype, band descriptions and nodata value of the
    low-resolution file. It is nodata where either file is. Fused are nodata pixels as if they had the value of the
    nearest valid one, so that none of their own enters its neighbours.

    Args:
        fuser: what fuses.
        job: its sources are the low-resolution file and the guide.
        full_scale: the sample value that means 1.0 in the low-resolution file, see `full_scales`.
        guide_full_scale: the same of the guide.
        progress: shows how far it is.
        spread: who fuses the windows; this process alone writes them.

    Raises:
        InputError: the files cannot be read, do not show the same area, are not what the preset is for, or have
            samples outside their scale.
        UsageError: a scale that is needed is not stated.
        EnvironmentProblem: rasterio is not installed, or the output cannot be written.
    """
    with Raster(job.sources[0]) as low, Raster(job.sources[1]) as guide:
        check_same_area(low, guide)
        fuser.check(low.shape, guide.shape, low.name, guide.name)
        scale = fuser.runtime.scale
        scene = _scene(low, guide, [full_scale, guide_full_scale], scale, fuser.runtime.reach)
        side, block = _sides(fuser.side(guide.shape[:2]), scale)
        windows = list(tiles(whole(*low.shape[:2]), side // scale))
        with writing(job.output, low, guide, block) as output:
            for window, samples, valid in progress(spread(fuser, scene, windows), len(windows)):
                output.write(*window, samples, valid)


def adapt_rasters(
    job: Job,
    degradation: Callable[[int], Wald],
    adaptation: "Adaptation",
    full_scale: float | None = None,
    guide_full_scale: float | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> "Adapted":
    """Train a network on parts of two georeferenced files, without the pixels that nodata has an influence on.

    Arguments and errors are those of `cscfuse_keras.tasks.msf_files.adapt_file` and of `fuse_rasters`.
    """
    names = ", ".join(map(str, job.sources))
    with Raster(job.sources[0]) as low, Raster(job.sources[1]) as guide:
        check_same_area(low, guide)
        scale = whole_ratio(low.shape, guide.shape, names)
        scene = _scene(low, guide, [full_scale, guide_full_scale], scale)

        def valid(window: Window) -> np.ndarray:
            rows, columns = shape(window)
            squares = scene.guide.valid(scaled(window, scale)).reshape(rows, scale, columns, scale)
            return scene.low.valid(window) & squares.all(axis=(1, 3))

        return adapt_pixels(*scene, low.shape[:2], valid, degradation(scale), adaptation, progress, names)


def _sides(tile: int, scale: int) -> tuple[int, int]:
    """Sides of tiles and of the output's blocks, in pixels of the guide.

    Both hold whole low-resolution pixels, and a tile whole blocks: then each is written once.
    """
    unit = math.lcm(16, scale)
    block = unit * max(1, min(tile, LARGEST_BLOCK) // unit)
    return block * max(1, tile // block), block


def _scene(low: Raster, guide: Raster, stated: Sequence[float | None], scale: int, reach: int = 0) -> Scene:
    """Both rasters in [0, 1], their samples checked: found now, not hours later."""
    scales = full_scales([low.dtype, guide.dtype], stated, [low.path, guide.path])
    scene = Scene(UnitRaster(low, scales[0], reach), UnitRaster(guide, scales[1], scale * reach))
    warn_of_unstated([(image.check_samples(), image.raster.dtype) for image in scene], stated, [low.path, guide.path])
    return scene
