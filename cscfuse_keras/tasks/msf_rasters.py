"""Multi-spectral fusion of georeferenced files, window by window."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.rasters import Raster, check_same_area, writing
from cscfuse_keras.runtimes.tiles import Part, Window, scaled, shape, tiles, whole, widened
from cscfuse_keras.tasks.arrays import from_unit
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.msf_adapt import adapt_pixels, whole_ratio
from cscfuse_keras.tasks.msf_scales import check_samples, full_scales, unit_cube, warn_of_unstated
from pipelines.wald import Wald

if TYPE_CHECKING:
    from cscfuse_keras.tasks.msf import MSFFuser
    from cscfuse_keras.training.msf_adaptation import Adaptation, Adapted

LARGEST_BLOCK = 256
"""Largest side of the blocks that outputs are written in."""

Progress = Callable[[Sequence[Window]], Iterable[Window]]


def fuse_rasters(
    fuser: "MSFFuser",
    job: Job,
    full_scale: float | None = None,
    guide_full_scale: float | None = None,
    progress: Progress = iter,
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
        progress: passes on the tiles, and shows how far they are.

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
        images = _unit_rasters(low, guide, [full_scale, guide_full_scale], scale, fuser.runtime.reach)
        size = low.shape[0], low.shape[1]
        side, block = _sides(fuser.side(guide.shape[:2]), scale)
        with writing(job.output, low, guide, block) as output:
            for window in progress(list(tiles(whole(*size), side // scale))):
                fine = scaled(window, scale)
                valid = images[0].valid(window).repeat(scale, axis=0).repeat(scale, axis=1) & images[1].valid(fine)
                if valid.any():
                    fused = np.clip(fuser.runtime.tile(*images, size, window), 0, 1)
                    samples = from_unit(fused, images[0].full_scale, low.dtype)
                else:
                    samples = np.zeros((*valid.shape, low.shape[2]), low.dtype)
                output.write(*fine, samples, valid)


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
        images = _unit_rasters(low, guide, [full_scale, guide_full_scale], scale)

        def valid(window: Window) -> np.ndarray:
            rows, columns = shape(window)
            squares = images[1].valid(scaled(window, scale)).reshape(rows, scale, columns, scale)
            return images[0].valid(window) & squares.all(axis=(1, 3))

        return adapt_pixels(*images, low.shape[:2], valid, degradation(scale), adaptation, progress, names)


def _sides(tile: int, scale: int) -> tuple[int, int]:
    """Sides of tiles and of the output's blocks, in pixels of the guide.

    Both hold whole low-resolution pixels, and a tile whole blocks: then each is compressed once.
    """
    unit = math.lcm(16, scale)
    block = unit * max(1, min(tile, LARGEST_BLOCK) // unit)
    return block * max(1, tile // block), block


def _unit_rasters(
    low: Raster, guide: Raster, stated: Sequence[float | None], scale: int, reach: int = 0
) -> tuple["_UnitRaster", "_UnitRaster"]:
    """Both rasters in [0, 1], their samples checked: found now, not hours later."""
    scales = full_scales([low.dtype, guide.dtype], stated, [low.path, guide.path])
    images = _UnitRaster(low, scales[0], reach), _UnitRaster(guide, scales[1], scale * reach)
    warn_of_unstated([(image.check_samples(), image.raster.dtype) for image in images], stated, [low.path, guide.path])
    return images


class _UnitRaster:
    """A raster as float32 in [0, 1], its invalid pixels filled with the nearest valid one.

    Windows are read with a margin, so that the fill of every pixel that a valid pixel's result depends on is found
    whatever the window.
    """

    def __init__(self, raster: Raster, full_scale: float, reach: int):
        self.raster = raster
        self.full_scale = full_scale
        # A pixel `reach` away from a valid one along both axes has another one at most that far away.
        self.margin = math.ceil(math.sqrt(2) * reach) if raster.may_have_invalid else 0

    def __getitem__(self, window: Window, /) -> np.ndarray:
        around = widened(window, self.margin, self.raster.shape[:2])
        samples, valid = self.raster.read(*around)
        return unit_cube(Part(fill_nearest(samples, valid), around)[window], self.full_scale)

    def valid(self, window: Window) -> np.ndarray:
        """Bool (rows, columns): where all bands have a value."""
        return self.raster.read(*window)[1]

    def check_samples(self) -> float:
        """Refuse valid samples outside [0, full scale], or none at all; the greatest one."""
        greatest = []
        for window in tiles(whole(*self.raster.shape[:2]), 1024):
            samples, valid = self.raster.read(*window)
            if valid.any():
                check_samples(samples[valid], self.full_scale, self.raster.path)
                greatest.append(samples[valid].max())
        if not greatest:
            raise InputError(f"{self.raster.path}: expected pixels with a value, found none; all are nodata or NaN")
        return max(greatest)


def fill_nearest(samples: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Give invalid pixels of an image (height, width, bands) the samples of the nearest valid one, or 0 if none is."""
    if valid.all():
        return samples
    if not valid.any():
        return np.zeros_like(samples)
    nearest = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)
    return samples[tuple(np.asarray(nearest))]
