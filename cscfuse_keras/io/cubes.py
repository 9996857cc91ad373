"""Images of any number of bands: folders of band pictures, NumPy, MATLAB and HDF5 arrays, TIFF files."""

import dataclasses
import itertools
import math
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np
import scipy.io
import tifffile
from tifffile import PHOTOMETRIC, PREDICTOR

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import limits, matlab_files
from cscfuse_keras.io.hdf5_files import check_array, open_hdf5
from cscfuse_keras.io.metadata import upright
from cscfuse_keras.io.paths import check_found
from cscfuse_keras.io.pictures import FORMATS, format_of, read_picture
from cscfuse_keras.io.tiff import TIFFFILE_COMPRESSIONS, check_whole, orientation_of

BAND = re.compile(r"(?:.*_)?ms_(\d+)\.png", re.IGNORECASE)
"""Names of band pictures: `ms_01.png`, or `balloons_ms_01.png` as in the original CAVE set."""
NAMED = {".npy": {"NumPy"}, ".mat": {"MATLAB", "HDF5"}, ".h5": {"HDF5"}, ".hdf5": {"HDF5"}}
"""Formats of arrays that a suffix stands for."""
MOST_PAGES = 4096
"""Of a TIFF file: a damaged one may tell of them without end."""
_INSIDE = re.compile(r"(.+\.(?:mat|h5|hdf5)):([^:]+)", re.IGNORECASE)
_MATLAB_NUMBERS = {"double", "single", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}


@dataclasses.dataclass(frozen=True, eq=False)
class Cube:
    """An image of any number of bands, as stored.

    Attributes:
        samples: (height, width, bands); integers or floating point.
        full_scale: the sample value that means 1.0; None for floating-point samples whose scale was not stated.
        band_names: one a band, or none.
    """

    samples: np.ndarray
    full_scale: float | None
    band_names: tuple[str, ...] = ()


def read_cube(source: str | os.PathLike, full_scale: float | None = None, *, max_samples: int | None = None) -> Cube:
    """Read an image of bands.

    Args:
        source: one of

            - a folder of the CAVE set (Yasuma et al. 2008) or of its form: band pictures `ms_01.png`, `ms_02.png`, ...;
              bands that were stored in colour (the original `watercolors`) count by their first channel;
            - a `.npy` file;
            - a `.mat` file (MATLAB 5 to 7.3) or an `.h5` or `.hdf5` file, of which the only array of three axes is
              read, or the one named as in `scene.mat:I_MS` or `scenes.h5:first/bands`;
            - a TIFF file with a page a band, bands as samples of a page, or both;
            - a picture that `read_picture` reads: one or three bands.

            The content decides which, not the name.
            Arrays are (height, width, bands), or (height, width) for one band.
        full_scale: the sample value that means 1.0; by default that of the integers' dtype, 255 for uint8. Images of
            11 significant bits, say, need 2047.
        max_samples: the largest height x width x bands to accept, checked before decoding; that of
            `cscfuse_keras.io.limits` by default.

    Returns:
        The image as stored.

    Raises:
        InputError: the file or folder is missing, damaged, larger than `max_samples`, of an unknown format, holds no
            or several such arrays, or samples that are not finite or not in [0, `full_scale`].
        UsageError: `full_scale` is not positive.

    Warns:
        UserWarning: the suffix is that of another format, or the picture's alpha is left out.
    """
    if full_scale is not None and full_scale <= 0:
        raise UsageError(f"full_scale: expected a positive value, found {full_scale}; leave it out for the dtype's own")
    path, name = _split(source)
    try:
        samples, band_names = _read(path, name, limits.current().samples if max_samples is None else max_samples)
        samples = _as_cube(samples)
        if full_scale is None and samples.dtype.kind != "f":
            full_scale = float(np.iinfo(samples.dtype).max)
        _check_range(samples, full_scale)
    except InputError as problem:
        text = str(problem)
        raise InputError(text if text.startswith((f"{path}:", f"{str(path)!r}:")) else f"{source}: {text}") from None
    except MemoryError:
        raise
    except Exception as problem:  # Decoders meet a damaged file with errors of any type.
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise InputError(
            f"{source}: expected a whole {path.suffix} file of numbers, found a truncated or damaged one ({reason}); "
            "copy it again from its source"
        ) from problem
    return Cube(samples, full_scale, band_names)


def guide_beside_bands(folder: str | os.PathLike) -> Path:
    """The one picture of a CAVE folder that is no band: the RGB rendering.

    Raises:
        InputError: there is none, or several.
    """
    files = [path for path in _visible_files(Path(folder)) if path.suffix.lower() in (".png", ".bmp")]
    others = [path for path in files if not BAND.fullmatch(path.name)]
    if len(others) != 1:
        raise InputError(
            f"{folder}: expected one RGB picture beside the bands, found {len(others)}; keep the one that guides"
        )
    return others[0]


def file_of(source: str | os.PathLike) -> Path:
    """The file or folder that a source of `read_cube` is read from."""
    return _split(source)[0]


def _split(source):
    """Path, and the name of an array inside it."""
    match = _INSIDE.fullmatch(os.fspath(source))
    return (Path(match[1]), match[2]) if match and not os.path.lexists(source) else (Path(source), None)


def _read(path: Path, name: str | None, max_samples: int) -> tuple[np.ndarray, tuple[str, ...]]:
    check_found(path, "an image of bands")
    if path.is_dir():
        return _read_folder(path, max_samples)
    found = _format_of(path)
    suffix = path.suffix.lower()
    # A picture's reader warns of its name itself.
    if found in _READERS and found not in NAMED.get(suffix, {FORMATS.get(suffix, found)}):
        warnings.warn(f"{path}: named {path.suffix} but holds {found}, and is read as that", stacklevel=3)
    if found in _READERS:
        return _READERS[found](path, name, max_samples), ()
    picture = read_picture(path, max_pixels=max_samples)
    if picture.alpha is not None:
        warnings.warn(f"{path}: its alpha is left out, since the result cannot hold it", stacklevel=3)
    return picture.pixels, ()


def _format_of(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        raise InputError("expected an image of bands, found an empty file; copy it again from its source")
    if head.startswith(b"\x93NUMPY"):
        return "NumPy"
    if h5py.is_hdf5(path):
        return "HDF5"
    found = format_of(head)
    # Files of MATLAB 4 begin like no other.
    if head.startswith(b"MATLAB 5") or (found is None and path.suffix.lower() == ".mat"):
        return "MATLAB"
    if found is None:
        raise InputError(
            f"expected a folder of bands, .npy, .mat, .h5, TIFF or a picture, found a file that begins with "
            f"{head[:8]!r}; convert it"
        )
    return found


def _visible_files(folder):
    return [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]


def _read_folder(folder, max_samples):
    numbered = {int(match[1]): path for path in _visible_files(folder) if (match := BAND.fullmatch(path.name))}
    missing = next((k for k in range(1, max(numbered, default=1) + 1) if k not in numbered), None)
    if missing:
        raise InputError(f"expected band pictures ms_01.png, ms_02.png, ... without a gap, found no {missing}")
    files = [numbered[k] for k in sorted(numbered)]
    bands = []
    for file in files:
        pixels = read_picture(file, max_pixels=max_samples // len(files)).pixels
        band = pixels if pixels.ndim == 2 else pixels[..., 0]
        if bands and (band.shape, band.dtype) != (bands[0].shape, bands[0].dtype):
            raise InputError(
                f"expected bands of one size and depth, found {_size(bands[0])} in {files[0].name} and {_size(band)} "
                f"in {file.name}; convert one"
            )
        bands.append(band)
    return np.stack(bands, axis=-1), tuple(file.stem for file in files)


def _size(band):
    return f"{band.shape[1]} x {band.shape[0]} {band.dtype}"


def _read_npy(path, name, max_samples):
    # Mapped, so that the shape is known before any memory is taken for it.
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    _check_count(array.shape, max_samples)
    limits.check_memory(array.shape, array.dtype.itemsize)
    return np.array(array)


def _read_mat(path, name, max_samples):
    with path.open("rb") as file:
        if matlab_files.is_version_5(file):
            shapes = {key: array.shape for key, array in matlab_files.list_arrays(file).items()}
            return matlab_files.read_array(file, _choose(shapes, name, max_samples))
        try:
            shapes = {key: shape for key, shape, kind in scipy.io.whosmat(file) if kind in _MATLAB_NUMBERS}
            chosen = _choose(shapes, name, max_samples)
            limits.check_memory(shapes[chosen], 8)
            return scipy.io.loadmat(file, variable_names=[chosen])[chosen]
        except MemoryError:
            raise InputError("expected a whole MATLAB file, found one that claims more than memory holds") from None


def _read_hdf5(path, name, max_samples):
    shapes, matlab = {}, path.suffix.lower() == ".mat"

    def collect(inner, item):
        # MATLAB keeps the contents of its cells under this name.
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "uif" and not inner.startswith("#refs#"):
            shapes[inner] = item.shape[::-1] if matlab else item.shape

    with open_hdf5(path) as file:
        file.visititems(collect)
        chosen = _choose(shapes, name and name.strip("/"), max_samples)
        check_array(file[chosen])
        array = np.asarray(file[chosen])
    # MATLAB counts its first axis fastest, HDF5 its last.
    return array.T if matlab else array


def _choose(shapes: Mapping[str, tuple[int, ...]], name: str | None, max_samples: int) -> str:
    """Name of the array to read: that given, or of the only one of three axes."""
    names = {key: key if key.isprintable() else ascii(key) for key in shapes}
    found = ", ".join(f"{names[key]} {' x '.join(map(str, shape))}" for key, shape in shapes.items()) or "none"
    if name is None:
        cubes = [key for key, shape in shapes.items() if len(shape) == 3]
        if len(cubes) != 1:
            raise InputError(f"expected one array of three axes, found {found}; name one as in FILE:NAME")
        name = cubes[0]
    elif name not in shapes:
        raise InputError(f"expected an array named {name!r}, found {found}; correct the name")
    _check_count(shapes[name], max_samples)
    return name


def _read_tiff(path, name, max_samples):
    with tifffile.TiffFile(path) as tiff:
        pages = [page for page in itertools.islice(tiff.pages, MOST_PAGES + 1) if not page.is_reduced]
        if len(pages) > MOST_PAGES:
            raise InputError(f"expected at most {MOST_PAGES} pages, found more, or a circle of them; check the file")
        kinds = {(page.shape, page.dtype, page.axes) for page in pages}
        if len(kinds) != 1:
            raise InputError(f"expected pages of one size and depth, found {len(kinds)} kinds; save the bands alone")
        _check_count((len(pages), *pages[0].shape), max_samples)
        limits.check_memory((len(pages), *pages[0].shape), np.dtype(pages[0].dtype).itemsize)
        for page in pages:
            if page.photometric not in (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.RGB):
                raise InputError(f"expected plain bands, found {page.photometric.name} samples; convert the file")
            if page.compression not in TIFFFILE_COMPRESSIONS or page.predictor == PREDICTOR.FLOATINGPOINT:
                raise InputError(
                    f"expected no compression or deflate, found {page.compression.name} (predictor "
                    f"{page.predictor}); save the file with deflate"
                )
            check_whole(page, tiff.filehandle.size)
        samples = np.concatenate([_channels_last(page.asarray(), page.axes) for page in pages], axis=-1)
        return upright(samples, orientation_of(pages[0]))


_READERS = {"NumPy": _read_npy, "MATLAB": _read_mat, "HDF5": _read_hdf5, "TIFF": _read_tiff}


def _channels_last(samples, axes):
    if axes == "SYX":
        return np.moveaxis(samples, 0, -1)
    return samples if axes == "YXS" else samples[..., np.newaxis]


def _check_count(shape, max_samples):
    if not 0 < math.prod(shape) <= max_samples:
        raise InputError(
            f"expected 1 to {max_samples} samples, found {' x '.join(map(str, shape))}; "
            f"make the image smaller, or raise the limit by --max-pixels or {limits.PIXELS_VARIABLE} if you trust the "
            "file"
        )


def _as_cube(samples: np.ndarray) -> np.ndarray:
    if samples.dtype.kind not in "uif" or samples.ndim not in (2, 3):
        raise InputError(
            f"expected integers or floats of shape (height, width, bands), found {samples.dtype} of shape "
            f"{samples.shape}; convert them"
        )
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    return samples[..., np.newaxis] if samples.ndim == 2 else samples


def _check_range(samples, full_scale):
    low, high = samples.min(), samples.max()
    if full_scale is None:
        # NaN is both the least and the greatest of values that it is among.
        if not (np.isfinite(low) and np.isfinite(high)):
            raise InputError("expected finite samples, found NaN or infinity; fill the missing ones")
    elif not (low >= 0 and high <= full_scale):
        raise InputError(
            f"expected samples in 0 to the full scale {full_scale:g}, found {low} to {high}; state another full scale, "
            "or clip them"
        )
