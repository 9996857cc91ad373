"""Georeferenced images into Cloud Optimized GeoTIFF files by windows; needs rasterio, the extra `geo`."""

import contextlib
import math
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cscfuse_keras.io.atomic import replacing
from cscfuse_keras.io.rasters import CACHE_MEGABYTES, Raster, raster_window, rasterio_package

BLOCK = 512
"""Side of the file's blocks; its smallest overview is not larger."""

_SETTINGS = {"GDAL_CACHEMAX": CACHE_MEGABYTES, "GDAL_TIFF_INTERNAL_MASK": True}


class RasterWriter:
    """A GeoTIFF file being written, window by window; see `writing`."""

    def __init__(self, dataset: Any, dtype: np.dtype, with_mask: bool):
        self._dataset = dataset
        self._with_mask = with_mask
        self._dtype = dtype

    def write(self, rows: slice, columns: slice, samples: np.ndarray, valid: np.ndarray) -> None:
        """Write a window.

        Args:
            rows: of the window.
            columns: of the window.
            samples: (rows, columns, bands) of the file's dtype; one of a valid pixel that happens to be the nodata
                value is changed to the next value.
            valid: bool (rows, columns); elsewhere nodata is written.
        """
        nodata, window = self._dataset.nodata, raster_window(rows, columns)
        if self._with_mask:
            self._dataset.write_mask(valid, window=window)
        # Blocks that were never written read as nodata and take no space.
        if nodata is not None and not valid.any():
            return
        if nodata is not None:
            samples = np.where(samples == nodata, self._beside(nodata), samples)
            samples[~valid] = nodata
        self._dataset.write(np.moveaxis(samples, -1, 0), window=window)

    def _beside(self, nodata):
        if self._dtype.kind == "f":
            return np.nextafter(self._dtype.type(nodata), self._dtype.type(1))
        return self._dtype.type(nodata + 1 if nodata < np.iinfo(self._dtype).max else nodata - 1)


@contextlib.contextmanager
def writing(path: str | os.PathLike, low: Raster, guide: Raster, block: int) -> Iterator[RasterWriter]:
    """Write a GeoTIFF file with the place and size of the guide, and dtype, bands and nodata of the low-resolution one.

    It is a Cloud Optimized GeoTIFF (OGC 21-026): tiled, with overviews by averages, compressed (deflate), a BigTIFF if
    it may exceed 4 GB. Its parts have an order that only a finished image can be brought into: pixels and overviews are
    first kept beside, not compressed.

    Where the low-resolution raster has no nodata value, the guide's is taken if the dtype holds it; else NaN in floats;
    else a mask, if there are invalid pixels.

    Args:
        path: the file; a kill leaves the old file or the new one.
        low: whose dtype, band descriptions, scales, offsets and units the file has.
        guide: whose coordinate reference system, transform, width and height it has.
        block: side of the blocks that pixels are kept in, a multiple of 16; windows of whole blocks are written
            fastest.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    rasterio = rasterio_package()
    path, nodata = Path(path), _nodata(low, guide)
    profile = {
        "driver": "GTiff",
        "dtype": low.dtype,
        "count": len(low.bands),
        "width": guide.dataset.width,
        "height": guide.dataset.height,
        "crs": guide.dataset.crs,
        "transform": guide.dataset.transform,
        "nodata": nodata,
        "tiled": True,
        "blockxsize": block,
        "blockysize": block,
        "photometric": "minisblack",
        "bigtiff": "if_safer",
        "sparse_ok": True,
    }
    with replacing(path) as partial:
        pixels = partial.with_name(f"{partial.name}.pixels")
        with rasterio.Env(**_SETTINGS), rasterio.open(pixels, "w", **profile) as dataset:
            for name in ("descriptions", "scales", "offsets", "units"):
                setattr(dataset, name, tuple(getattr(low.dataset, name)[band - 1] for band in low.bands))
            with_mask = nodata is None and (low.may_have_invalid or guide.may_have_invalid)
            yield RasterWriter(dataset, low.dtype, with_mask)
        _interruptible(lambda: _optimize(pixels, partial))


def overview_factors(height: int, width: int) -> list[int]:
    """How many times smaller the overviews are: by halves until one block holds the smallest."""
    count = math.ceil(math.log2(max(1.0, max(height, width) / BLOCK)))
    return [2**k for k in range(1, count + 1)]


def _optimize(pixels: Path, path: Path) -> None:
    """Add overviews to a file, and copy both into the order of a Cloud Optimized GeoTIFF."""
    rasterio = rasterio_package()
    options = {
        "blocksize": BLOCK,
        "compress": "deflate",
        # Of less than a percent more size than the usual 6, and much quicker.
        "level": 3,
        "predictor": "yes",
        "bigtiff": "if_safer",
        "sparse_ok": True,
    }
    with rasterio.Env(**_SETTINGS):
        with rasterio.open(pixels, "r+") as dataset:
            # The driver would make them itself, but compressed meanwhile, which takes ten times longer.
            if factors := overview_factors(*dataset.shape):
                dataset.build_overviews(factors, rasterio.enums.Resampling.average)
        rasterio.shutil.copy(pixels, path, driver="COG", **options)


def _interruptible(work: Callable[[], None]) -> None:
    """Let Ctrl-C be heard while GDAL is at work for minutes: what that still writes then has lost its name."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(1.0)
    if problems:
        raise problems[0]


def _nodata(low, guide):
    if low.dataset.nodata is not None:
        return low.dataset.nodata
    nodata = guide.dataset.nodata
    if low.dtype.kind == "f":
        return math.nan if nodata is None else nodata
    limits = np.iinfo(low.dtype)
    fits = nodata is not None and float(nodata).is_integer() and limits.min <= nodata <= limits.max
    return nodata if fits else None
