"""Pictures read from and written to files, with depth, alpha, EXIF and colour profile as they are."""

import dataclasses
import functools
import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import BmpImagePlugin, Image, WebPImagePlugin

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import limits, metadata
from cscfuse_keras.io.atomic import write_bytes
from cscfuse_keras.io.decoding import Decoded, samples_of
from cscfuse_keras.io.depth import full_scale_of
from cscfuse_keras.io.jpeg import encode_jpeg, read_jpeg
from cscfuse_keras.io.png import encode_png, read_png
from cscfuse_keras.io.tiff import encode_tiff, read_tiff

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WebP",
}
"""The formats that are read, by suffix in lower case."""

DEPTHS = {
    "PNG": ("uint8", "uint16"),
    "JPEG": ("uint8",),
    "BMP": ("uint8",),
    "TIFF": ("uint8", "uint16", "float32"),
}
"""The formats that are written, with the dtypes that each of them holds."""
ALPHA_FORMATS = {"PNG", "TIFF"}
LONGEST_JPEG_SIDE = 65500
LONGEST_JPEG_EXIF = 65527

SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A picture as it is stored, turned upright.

    Attributes:
        pixels: (H, W) grey or (H, W, 3) RGB; uint8 or uint16 in [0, `full_scale`], or float32 in [0, 1].
        alpha: (H, W) opacity of the dtype of `pixels`, not multiplied into them; None if there is none.
        exif: EXIF block from its TIFF header on, its orientation 1; None if there is none.
        icc_profile: colour profile of `pixels`; None if there is none.
        path: the file that it was read from.
        full_scale: the sample value that means 1.0: 255, 65535 or what was stated instead, or 1.0.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    exif: bytes | None
    icc_profile: bytes | None
    path: Path
    full_scale: float


def read_picture(path: str | os.PathLike, *, full_scale: float | None = None, max_pixels: int | None = None) -> Picture:
    """Read a PNG, JPEG, BMP, TIFF or WebP file; its content decides which, not its name.

    The EXIF orientation is applied. Palettes and single bits become grey or RGB, CMYK becomes RGB without its
    profile.

    Args:
        path: the file.
        full_scale: the sample value that means 1.0 in pictures of 16 bits, such as 4095; 65535 by default.
        max_pixels: the largest width x height to accept, checked before decoding; that of `cscfuse_keras.io.limits`
            by default.

    Returns:
        The picture, 8 or 16 bits or float32 as in the file.

    Raises:
        InputError: the file is missing, empty, damaged, of another format or kind of samples, holds several
            pictures, is larger than `max_pixels`, or has samples above `full_scale`, or float samples that are not
            finite and in [0, 1].

    Warns:
        UserWarning: the suffix is that of another format, or the EXIF block is damaged and left out.
    """
    path = Path(path)
    file_format, data = _contents(path)
    if FORMATS.get(path.suffix.lower(), file_format) != file_format:
        warnings.warn(f"{_name(path)}: named {path.suffix} but holds {file_format}, and is read as that", stacklevel=2)
    decoded = _decode(path, file_format, data, limits.current().pixels if max_pixels is None else max_pixels)
    orientation, exif = 1, None
    if decoded.exif is not None:
        try:
            orientation, exif = metadata.take_orientation(decoded.exif.removeprefix(b"Exif\0\0"))
        except metadata.DamagedExifError as problem:
            warnings.warn(f"{_name(path)}: its EXIF block is damaged ({problem}) and is left out", stacklevel=2)
    samples = metadata.upright(decoded.samples, decoded.orientation or orientation)
    pixels, alpha = _split_alpha(samples)
    icc_profile = metadata.profile_for(decoded.icc_profile, colour=pixels.ndim == 3)
    scale = full_scale_of(pixels.dtype, full_scale)
    if pixels.max() > scale:
        raise InputError(
            f"{_name(path)}: expected samples up to the full scale {scale:g}, found {pixels.max()}; state another one"
        )
    return Picture(pixels, alpha, exif, icc_profile, path, scale)


def write_picture(
    path: str | os.PathLike,
    pixels: np.ndarray,
    *,
    alpha: np.ndarray | None = None,
    exif: bytes | None = None,
    icc_profile: bytes | None = None,
    overwrite: bool = False,
    quality: int = 95,
) -> None:
    """Write a picture in the format that the suffix names; a kill leaves the old file or the new one.

    PNG, TIFF (deflate) and BMP are lossless. BMP cannot hold EXIF or profile and goes without. A profile
    of another colour space than that of the pixels (an RGB profile with a grey picture) is left out.

    Args:
        path: ends in .png, .jpg, .jpeg, .bmp, .tif or .tiff. Its folder is created if it is missing.
        pixels: (H, W) grey or (H, W, 3) RGB. uint8; uint16 for PNG and TIFF; float32 in [0, 1] for TIFF.
        alpha: (H, W) of the dtype of `pixels`, for PNG and TIFF.
        exif: EXIF block, as in `Picture.exif`.
        icc_profile: colour profile, as in `Picture.icc_profile`.
        overwrite: whether an existing file may be replaced.
        quality: of JPEG, 1 to 100; its chroma is never subsampled.

    Raises:
        UsageError: the suffix is none of these, its format cannot hold the arguments, or the file exists.
        InputError: the arrays have another shape or range, or `exif` cannot be read.
        EnvironmentProblem: the file cannot be written.
    """
    path = Path(path)
    name = _name(path)
    if exif is not None:
        exif = exif.removeprefix(b"Exif\0\0") or None
    file_format = check_fit(path, pixels, alpha, exif, quality)
    if path.is_dir():
        raise UsageError(f"{name}: expected the name of a file, found a folder; name a file in it")
    if not overwrite and (path.exists() or path.is_symlink()):
        raise UsageError(
            f"{name}: expected a new file, found an existing one; choose another name or allow overwriting"
        )
    icc_profile = metadata.profile_for(icc_profile, colour=pixels.ndim == 3)
    samples = pixels if alpha is None else np.dstack([pixels, alpha])
    try:
        content = _encode(file_format, np.ascontiguousarray(samples), exif, icc_profile, quality)
    except metadata.DamagedExifError as problem:
        raise InputError(
            f"{name}: expected an EXIF block, found one that is damaged ({problem}); leave it out"
        ) from None
    write_bytes(path, content)


def check_fit(
    path: Path,
    pixels: np.ndarray,
    alpha: np.ndarray | None = None,
    exif: bytes | None = None,
    quality: int = 95,
) -> str:
    """Check arguments of `write_picture`: before long work, with pixels of the size and dtype of its result.

    Returns:
        The format that the suffix names.

    Raises:
        UsageError: the suffix is that of no format that is written, or its format cannot hold the arguments.
        InputError: the arrays have another shape or range.
    """
    name = _name(path)
    file_format = FORMATS.get(path.suffix.lower())
    if file_format not in DEPTHS:
        raise UsageError(
            f"{name}: expected a name ending in .png, .jpg, .bmp or .tif, found {path.suffix!r}; rename it"
        )
    _check_arrays(name, pixels, alpha)
    _check_format(name, file_format, pixels, alpha, exif, quality)
    return file_format


def _name(path: Path) -> str:
    """Show a path on one line, whatever characters or stray bytes are in it."""
    return repr(str(path))


def _contents(path: Path) -> tuple[str, bytes]:
    """Read the file if its first bytes are those of a known format."""
    name = _name(path)
    if path.is_dir():
        raise InputError(f"{name}: expected a picture file, found a folder; name one of the files in it")
    try:
        with path.open("rb") as file:
            head = file.read(16)
            file_format = format_of(head)
            data = head + file.read() if file_format else b""
    except FileNotFoundError:
        raise InputError(f"{name}: expected a picture file, found nothing; check the path") from None
    except OSError as problem:
        raise InputError(
            f"{name}: expected a picture file, found one that cannot be read ({problem.strerror}); "
            "check its permissions"
        ) from problem
    if not head:
        raise InputError(f"{name}: expected a picture file, found an empty file; copy it again from its source")
    if file_format is None:
        raise InputError(
            f"{name}: expected PNG, JPEG, BMP, TIFF or WebP, found a file that begins with {head[:8]!r}; "
            "convert it to one of these"
        )
    return file_format, data


def format_of(head: bytes) -> str | None:
    """Format that a file's first 16 bytes tell, one of `FORMATS`; None if they tell none."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    return next((name for signature, name in SIGNATURES.items() if head.startswith(signature)), None)


def _decode(path: Path, file_format: str, data: bytes, max_pixels: int) -> Decoded:
    decoder = {
        "PNG": read_png,
        "JPEG": read_jpeg,
        "TIFF": read_tiff,
        "BMP": functools.partial(_read_with, BmpImagePlugin.BmpImageFile),
        "WebP": functools.partial(_read_with, WebPImagePlugin.WebPImageFile),
    }[file_format]
    try:
        decoded = decoder(data, max_pixels)
        _check_unit_range(decoded.samples)
    except InputError as problem:
        raise InputError(f"{_name(path)}: {problem}") from None
    except MemoryError:
        raise
    except Exception as problem:  # Decoders meet a damaged file with errors of any type.
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise InputError(
            f"{_name(path)}: expected a whole {file_format} file, found a truncated or damaged one "
            f"({reason}); copy it again from its source"
        ) from problem
    return decoded


def _read_with(plugin: type, data: bytes, max_pixels: int) -> Decoded:
    """Decode by one of Pillow's plugins, named here so that no other one is tried on the data."""
    image = plugin(io.BytesIO(data))
    samples = samples_of(image, max_pixels)
    return Decoded(samples, image.info.get("exif"), image.info.get("icc_profile"))


def _split_alpha(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    if samples.ndim == 2 or samples.shape[2] == 3:
        return samples, None
    pixels = samples[..., :3] if samples.shape[2] == 4 else samples[..., 0]
    return np.ascontiguousarray(pixels), np.ascontiguousarray(samples[..., -1])


def _check_unit_range(samples: np.ndarray) -> None:
    # Written so that NaN, for which every comparison is false, is refused.
    if samples.dtype == np.float32 and not (samples.min() >= 0 and samples.max() <= 1):
        raise InputError(
            f"expected finite float samples in [0, 1], found {samples.min()} to {samples.max()}; "
            "scale them, or store them as 16-bit integers"
        )


def _check_arrays(name: str, pixels: np.ndarray, alpha: np.ndarray | None) -> None:
    """Refuse arrays that are no picture, in any format."""
    if pixels.size == 0 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise InputError(f"{name}: expected pixels (H, W) or (H, W, 3), found {pixels.shape}; reshape them")
    if alpha is not None and (alpha.shape != pixels.shape[:2] or alpha.dtype != pixels.dtype):
        raise InputError(
            f"{name}: expected {pixels.dtype} alpha {pixels.shape[:2]}, found {alpha.dtype} {alpha.shape}; "
            "give it the size and dtype of the pixels"
        )
    for samples in (pixels, alpha):
        if samples is not None:
            try:
                _check_unit_range(samples)
            except InputError as problem:
                raise InputError(f"{name}: {problem}") from None


def _check_format(
    name: str,
    file_format: str,
    pixels: np.ndarray,
    alpha: np.ndarray | None,
    exif: bytes | None,
    quality: int,
) -> None:
    """Refuse what the format cannot hold."""
    depths = DEPTHS[file_format]
    if pixels.dtype.name not in depths:
        remedy = " or ".join(other for other, held in DEPTHS.items() if pixels.dtype.name in held)
        raise UsageError(
            f"{name}: expected {' or '.join(depths)} for {file_format}, found {pixels.dtype}; "
            + (f"write {remedy}, or convert with to_depth" if remedy else "convert with to_depth")
        )
    if alpha is not None and file_format not in ALPHA_FORMATS:
        raise UsageError(
            f"{name}: expected no alpha for {file_format}, which cannot hold it, found one; "
            "write PNG or TIFF, or leave it out"
        )
    if file_format != "JPEG":
        return
    if not 1 <= quality <= 100:
        raise UsageError(f"{name}: expected a quality of 1 to 100, found {quality}; 95 is a good one")
    if max(pixels.shape[:2]) > LONGEST_JPEG_SIDE:
        raise UsageError(
            f"{name}: expected sides up to {LONGEST_JPEG_SIDE} for JPEG, found {pixels.shape[:2]}; write PNG or TIFF"
        )
    if exif and len(exif) > LONGEST_JPEG_EXIF:
        raise UsageError(
            f"{name}: expected up to {LONGEST_JPEG_EXIF} bytes of EXIF for JPEG, found {len(exif)}; "
            "write PNG or TIFF, or leave it out"
        )


def _encode(
    file_format: str, samples: np.ndarray, exif: bytes | None, icc_profile: bytes | None, quality: int
) -> bytes:
    if file_format == "PNG":
        return encode_png(samples, exif, icc_profile)
    if file_format == "TIFF":
        return encode_tiff(samples, exif, icc_profile)
    if file_format == "JPEG":
        return encode_jpeg(samples, exif, icc_profile, quality)
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, "BMP")
    return buffer.getvalue()
