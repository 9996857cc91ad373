"""Georeferenced files as images in [0, 1] without gaps."""

import math

import numpy as np
from scipy import ndimage

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.rasters import Raster
from cscfuse_keras.runtimes.tiles import Part, Window, tiles, whole, widened
from cscfuse_keras.tasks.msf_scales import check_samples, unit_cube


class UnitRaster:
    """A raster as float32 in [0, 1], its invalid pixels filled with the nearest valid one.

    Windows are read with a margin, so that the fill of every pixel that a valid pixel's result depends on is found
    whatever the window.

    Args:
        raster: open for reading.
        full_scale: the sample value that means 1.0.
        reach: pixels on all sides of a pixel that its result depends on.
    """

    def __init__(self, raster: Raster, full_scale: float, reach: int):
        self.raster = raster
        self.full_scale = full_scale
        self.reach = reach
        # A pixel `reach` away from a valid one along both axes has another one at most that far away.
        self.margin = math.ceil(math.sqrt(2) * reach) if raster.may_have_invalid else 0

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and bands."""
        return self.raster.shape

    def __getitem__(self, window: Window, /) -> np.ndarray:
        around = widened(window, self.margin, self.shape[:2])
        samples, valid = self.raster.read(*around)
        return unit_cube(Part(fill_nearest(samples, valid), around)[window], self.full_scale)

    def valid(self, window: Window) -> np.ndarray:
        """Bool (rows, columns): where all bands have a value."""
        return self.raster.read(*window)[1]

    def check_samples(self) -> float:
        """Refuse valid samples outside [0, full scale], or none at all; the greatest one."""
        greatest = []
        for window in tiles(whole(*self.shape[:2]), 1024):
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
