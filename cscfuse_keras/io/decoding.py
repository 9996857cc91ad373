"""Whole pictures, opened by Pillow, as arrays of samples."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFile

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.limits import PIXELS_VARIABLE

CONVERTED_MODES = {"1": "L", "CMYK": "RGB", "YCbCr": "RGB"}


class Decoded(NamedTuple):
    """What a file holds, before its orientation is applied: samples (H, W) or (H, W, C), any alpha last."""

    samples: np.ndarray
    exif: bytes | None
    icc_profile: bytes | None
    orientation: int | None = None
    """None where only the EXIF block tells it."""


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse a size that a header claims, before any memory is taken for it.

    Raises:
        InputError: nothing, or more than `max_pixels`, to decode.
    """
    if not 0 < width * height <= max_pixels:
        raise InputError(
            f"expected 1 to {max_pixels} pixels, found a header that claims {width} x {height}; "
            f"make the picture smaller, or raise the limit by --max-pixels or {PIXELS_VARIABLE} if you trust the file"
        )


def samples_of(image: ImageFile.ImageFile, max_pixels: int) -> np.ndarray:
    """Decode a Pillow picture strictly; palettes, single bits, CMYK and YCbCr become grey or RGB.

    Returns:
        Array (H, W), or (H, W, C) with C of 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha), uint8 or uint16.

    Raises:
        InputError: more than one picture, too large, or samples of another kind.
    """
    check_size(*image.size, max_pixels)
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise InputError(f"expected one picture, found {frames} in the file; save the one to fuse by itself")
    image.load()
    if image.mode in ("P", "PA"):
        return _palette_samples(image)
    samples = np.array(image.convert(CONVERTED_MODES.get(image.mode, image.mode)))
    if image.mode.startswith("I;16"):
        return samples.astype(np.uint16)
    if image.mode not in {"L", "LA", "RGB", "RGBA", *CONVERTED_MODES}:
        raise InputError(f"expected grey or RGB samples, found mode {image.mode}; save it as RGB")
    return samples


def _palette_samples(image: Image.Image) -> np.ndarray:
    """Look the colours up; a palette of greys gives a grey picture."""
    alpha = image.has_transparency_data
    samples = np.array(image.convert("RGBA" if alpha else "RGB"))
    palette = np.array(image.getpalette("RGB")).reshape(-1, 3)
    if (palette == palette[:, :1]).all():
        return samples[..., [0, 3]] if alpha else samples[..., 0]
    return samples
