"""Georeferenced images (GeoTIFF) out of files by windows; needs rasterio, the extra `geo`."""

import contextlib
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.io import limits

CACHE_MEGABYTES = 128
"""GDAL would keep blocks up to a twentieth of the machine's memory."""

_DRIVER = "GTiff"
"""What GDAL may open a file with; others, such as VRT, read further files or the network because a file says so."""
_ALONE = {
    # Files beside the raster are not looked for: GDAL would open them with any driver.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "PROJ_NETWORK": "OFF",
}
_PLACE_TAGS = {33550, 33922, 34264}


def is_georeferenced(path: str | os.PathLike) -> bool:
    """Whether a file is a TIFF with a place on the ground (GeoTIFF 1.1, section 7.1.3); needs no rasterio."""
    path = Path(path)
    if not path.is_file():
        return False
    try:
        with tifffile.TiffFile(path) as tiff:
            return not _PLACE_TAGS.isdisjoint(tag.code for tag in tiff.pages.first.tags)
    except MemoryError:
        raise
    except Exception:  # Damaged files give errors of any type; who reads the pixels tells.
        return False


class Raster:
    """A georeferenced image, open for reading; a context manager.

    Args:
        path: a GeoTIFF file, cloud-optimised or not. It is read alone: files beside it (`.aux.xml`, `.ovr`, `.msk`)
            are not; masks must be inside.

    Attributes:
        path: the file.
        dataset: rasterio's dataset.
        bands: numbers, from 1, of its bands; an alpha band only says where pixels are valid.
        dtype: of its samples.

    Raises:
        InputError: the file cannot be read, is larger than the limits, or its bands differ in dtype.
        EnvironmentProblem: rasterio is not installed.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        rasterio = rasterio_package()
        # GDAL takes some paths for more than a file's name.
        place = self.path.absolute()
        if str(place).startswith("/vsi") or not place.is_file():
            raise InputError(f"{self.path}: expected a GeoTIFF file, found no file of that name; check the path")
        if self.path.suffix.lower() not in (".tif", ".tiff"):
            warnings.warn(f"{self.path}: named {self.path.suffix} but holds TIFF, and is read as that", stacklevel=2)
        self._resources = contextlib.ExitStack()
        try:
            self._resources.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_MEGABYTES, **_ALONE))
            self.dataset: Any = self._resources.enter_context(rasterio.open(place, driver=_DRIVER))
            _check_claims(self.dataset, place.stat().st_size)
            self._describe(rasterio.enums.ColorInterp.alpha)
        except InputError as problem:
            self._resources.close()
            raise InputError(f"{self.path}: {problem}") from None
        except MemoryError:
            raise
        except Exception as problem:  # GDAL's errors are of many types.
            self._resources.close()
            raise InputError(f"{self.path}: expected a GeoTIFF file, found a problem: {problem}; check it") from None
        if place.with_name(f"{place.name}.msk").exists():
            warnings.warn(f"{self.path}: its mask in {place.name}.msk is not read; store it inside", stacklevel=2)

    def _describe(self, alpha) -> None:
        self.bands = [
            band for band, colour in zip(self.dataset.indexes, self.dataset.colorinterp, strict=True) if colour != alpha
        ]
        dtypes = {self.dataset.dtypes[band - 1] for band in self.bands}
        if len(dtypes) != 1:
            raise InputError(
                f"expected bands of one dtype, found {', '.join(sorted(dtypes)) or 'no bands'}; convert it"
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
        window = raster_window(rows, columns)
        try:
            samples = np.moveaxis(self.dataset.read(self.bands, window=window), 0, -1)
            if not self.may_have_invalid:
                return samples, np.ones(samples.shape[:2], bool)
            valid = self.dataset.read_masks(self.bands, window=window).all(axis=0)
        except MemoryError:
            raise
        except Exception as problem:  # GDAL's errors are of many types.
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
        if not (np.isfinite(transform).all() and transform.a and transform.e):
            raise InputError(
                f"{raster.path}: expected pixels of some size somewhere, found the transform {tuple(transform)[:6]}; "
                "place it anew, for instance by gdal_translate -a_ullr"
            )
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


def _check_claims(dataset: Any, length: int) -> None:
    """Refuse a header that claims more than the limits, or than a file of so many bytes can hold."""
    width, height, most = dataset.width, dataset.height, limits.current().raster_pixels
    if width * height > most:
        raise InputError(
            f"expected at most {most} pixels, found a header that claims {width} x {height}; make the image smaller, "
            f"or raise the limit by --max-pixels or {limits.PIXELS_VARIABLE} if you trust the file"
        )
    blocks = 0
    for (rows, columns), dtype in zip(dataset.block_shapes, dataset.dtypes, strict=True):
        # A block is decoded whole.
        limits.check_memory((rows, columns, dataset.count), np.dtype(dtype).itemsize)
        blocks = max(blocks, -(-height // rows) * -(-width // columns))
    # Each has an offset and a length in the file, of six bytes or more; GDAL splits plain samples into rows by itself.
    if blocks > 1 and length < min(6 * blocks, width * height):
        raise InputError(
            f"expected a whole file, found {length} bytes that cannot tell where {blocks} blocks are; copy it again"
        )


def rasterio_package() -> Any:
    """Import rasterio.

    Raises:
        EnvironmentProblem: it is not installed.
    """
    try:
        import rasterio
        import rasterio.enums
        import rasterio.errors
        import rasterio.shutil
        import rasterio.windows
    except ImportError:
        raise EnvironmentProblem(
            "GeoTIFF: expected the package rasterio, found none; install it with pip install 'cscfuse-keras[geo]'"
        ) from None
    return rasterio


def raster_window(rows: slice, columns: slice) -> Any:
    """A window as rasterio has it."""
    return rasterio_package().windows.Window.from_slices(rows, columns)


def _crs(dataset):
    return dataset.crs.to_string() if dataset.crs else "none"


def _pixel(dataset):
    return f"{abs(dataset.transform.a):.6g} x {abs(dataset.transform.e):.6g}"


def _bounds(dataset):
    return "({})".format(", ".join(f"{side:.9g}" for side in dataset.bounds))
