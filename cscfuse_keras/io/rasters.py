"""Georeferenced images (GeoTIFF) in and out of files by windows; needs rasterio, the extra `geo`."""

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.io.atomic import replacing

# GDAL would keep blocks up to a twentieth of the machine's memory.
_CACHE_MEGABYTES = 128
_PLACE_TAGS = {33550, 33922, 34264}


def is_georeferenced(path: str | os.PathLike) -> bool:
    """Whether a file is a TIFF with a place on the ground (GeoTIFF 1.1, section 7.1.3); needs no rasterio."""
    path = Path(path)
    if path.suffix.lower() not in (".tif", ".tiff") or not path.is_file():
        return False
    try:
        with tifffile.TiffFile(path) as tiff:
            return not _PLACE_TAGS.isdisjoint(tag.code for tag in tiff.pages.first.tags)
    except (tifffile.TiffFileError, OSError):
        return False


class Raster:
    """A georeferenced image, open for reading; a context manager.

    Args:
        path: a GeoTIFF file, or another format that GDAL reads.

    Attributes:
        path: the file.
        dataset: rasterio's dataset.
        bands: numbers, from 1, of its bands; an alpha band only says where pixels are valid.
        dtype: of its samples.

    Raises:
        InputError: the file cannot be read, or its bands differ in dtype.
        EnvironmentProblem: rasterio is not installed.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        rasterio = _rasterio()
        self._resources = contextlib.ExitStack()
        try:
            self._resources.enter_context(rasterio.Env(GDAL_CACHEMAX=_CACHE_MEGABYTES))
            self.dataset: Any = self._resources.enter_context(rasterio.open(self.path))
        except rasterio.errors.RasterioIOError as problem:
            self._resources.close()
            raise InputError(f"{self.path}: expected a GeoTIFF file, found a problem: {problem}; check it") from None
        alpha = rasterio.enums.ColorInterp.alpha
        self.bands = [
            band for band, colour in zip(self.dataset.indexes, self.dataset.colorinterp, strict=True) if colour != alpha
        ]
        dtypes = {self.dataset.dtypes[band - 1] for band in self.bands}
        if len(dtypes) != 1:
            self._resources.close()
            raise InputError(
                f"{self.path}: expected bands of one dtype, found {', '.join(sorted(dtypes)) or 'no bands'}; convert it"
            )
        self.dtype = np.dtype(dtypes.pop())

    def __enter__(self) -> "Raster":
        return self

    def __exit__(self, *problem: Any) -> None:
        self._resources.close()

    @property
    def name(self) -> str:
        """The path, for messages that count bands."""
        return f"{self.path}{'' if len(self.bands) == self.dataset.count else ' (its alpha band aside)'}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and bands."""
        return self.dataset.height, self.dataset.width, len(self.bands)

    @property
    def may_have_invalid(self) -> bool:
        """Whether there may be pixels without a value: nodata, a mask, an alpha band, or floats that may be NaN."""
        opaque = all("all_valid" in {flag.name for flag in self.dataset.mask_flag_enums[k - 1]} for k in self.bands)
        return self.dtype.kind == "f" or not opaque

    def read(self, rows: slice, columns: slice) -> tuple[np.ndarray, np.ndarray]:
        """Read a window.

        Returns:
            Samples (rows, columns, bands), and where all bands have a value, bool (rows, columns).

        Raises:
            InputError: the file is damaged.
        """
        rasterio = _rasterio()
        window = _window(rows, columns)
        try:
            samples = np.moveaxis(self.dataset.read(self.bands, window=window), 0, -1)
            if not self.may_have_invalid:
                return samples, np.ones(samples.shape[:2], bool)
            valid = self.dataset.read_masks(self.bands, window=window).all(axis=0)
        except rasterio.errors.RasterioError as problem:
            raise InputError(
                f"{self.path}: expected a whole file, found damaged pixel data ({problem}); copy it again"
            ) from None
        return samples, valid & np.isfinite(samples).all(axis=-1) if self.dtype.kind == "f" else valid


def check_same_area(low: Raster, guide: Raster) -> None:
    """Refuse rasters that do not show the same area on one grid, a whole number of guide pixels to a pixel.

    Raises:
        InputError: reference systems differ, a raster is rotated, the ratio of pixel sizes is not whole, or the bounds
            differ by more than half a pixel of the guide.
    """
    names, first, second = f"{low.path}, {guide.path}", low.dataset, guide.dataset
    if first.crs != second.crs:
        raise InputError(
            f"{names}: expected one coordinate reference system, found {_crs(first)} and {_crs(second)}; "
            "reproject one to the other's, for instance by gdalwarp -t_srs"
        )
    for raster in (low, guide):
        transform = raster.dataset.transform
        if transform.b or transform.d:
            raise InputError(
                f"{raster.path}: expected rows and columns along the axes of the map, found a rotated transform "
                f"{tuple(transform)[:6]}; resample it, for instance by gdalwarp"
            )
    ratios = [getattr(first.transform, axis) / getattr(second.transform, axis) for axis in "ae"]
    scale = round(ratios[0])
    drift = max(abs(ratio - scale) * side for ratio, side in zip(ratios, (first.width, first.height), strict=True))
    if scale < 1 or drift > 0.5:
        raise InputError(
            f"{names}: expected pixels a whole number of times larger than the guide's, found {_pixel(first)} and "
            f"{_pixel(second)}, {' and '.join(f'{ratio:.6g}' for ratio in ratios)} times; resample one of them, for "
            "instance by gdalwarp -tr"
        )
    pixels = (second.transform.a, second.transform.e, second.transform.a, second.transform.e)
    pairs = zip(first.bounds, second.bounds, pixels, strict=True)
    if max(abs((one - other) / pixel) for one, other, pixel in pairs) > 0.5:
        raise InputError(
            f"{names}: expected the same area to half a pixel of the guide, found bounds (left, bottom, right, top) "
            f"{_bounds(first)} and {_bounds(second)}; cut both to one area, for instance by gdalwarp -te"
        )


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
        nodata, window = self._dataset.nodata, _window(rows, columns)
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

    It is tiled and compressed (deflate), a BigTIFF if it may exceed 4 GB. Where the low-resolution raster has no nodata
    value, the guide's is taken if the dtype holds it; else NaN in floats; else a mask, if there are invalid pixels.

    Args:
        path: the file; a kill leaves the old file or the new one.
        low: whose dtype, band descriptions, scales, offsets and units the file has.
        guide: whose coordinate reference system, transform, width and height it has.
        block: side of the blocks that it is stored in, a multiple of 16; windows of whole blocks are written fastest.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    rasterio = _rasterio()
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
        "compress": "deflate",
        "predictor": 3 if low.dtype.kind == "f" else 2,
        "photometric": "minisblack",
        "bigtiff": "if_safer",
        "sparse_ok": True,
    }
    settings = {"GDAL_CACHEMAX": _CACHE_MEGABYTES, "GDAL_TIFF_INTERNAL_MASK": True}
    try:
        with (
            replacing(path) as partial,
            rasterio.Env(**settings),
            rasterio.open(partial, "w", **profile) as dataset,
        ):
            for name in ("descriptions", "scales", "offsets", "units"):
                setattr(dataset, name, tuple(getattr(low.dataset, name)[band - 1] for band in low.bands))
            with_mask = nodata is None and (low.may_have_invalid or guide.may_have_invalid)
            yield RasterWriter(dataset, low.dtype, with_mask)
    except (OSError, rasterio.errors.RasterioError) as problem:
        raise EnvironmentProblem(
            f"{path}: expected to write the file, found: {problem}; check the folder's permissions and its free space"
        ) from problem


def _nodata(low, guide):
    if low.dataset.nodata is not None:
        return low.dataset.nodata
    nodata = guide.dataset.nodata
    if low.dtype.kind == "f":
        return math.nan if nodata is None else nodata
    limits = np.iinfo(low.dtype)
    fits = nodata is not None and float(nodata).is_integer() and limits.min <= nodata <= limits.max
    return nodata if fits else None


def _rasterio() -> Any:
    try:
        import rasterio
        import rasterio.enums
        import rasterio.errors
        import rasterio.windows
    except ImportError:
        raise EnvironmentProblem(
            "GeoTIFF: expected the package rasterio, found none; install it with pip install 'cscfuse-keras[geo]'"
        ) from None
    return rasterio


def _window(rows, columns):
    return _rasterio().windows.Window.from_slices(rows, columns)


def _crs(dataset):
    return dataset.crs.to_string() if dataset.crs else "none"


def _pixel(dataset):
    return f"{abs(dataset.transform.a):.6g} x {abs(dataset.transform.e):.6g}"


def _bounds(dataset):
    return "({})".format(", ".join(f"{side:.9g}" for side in dataset.bounds))
