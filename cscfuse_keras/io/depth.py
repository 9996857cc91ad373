"""Between stored samples (uint8, uint16, float32) and the models' float32 in [0, 1]."""

import numpy as np
from numpy.typing import DTypeLike

from cscfuse_keras.errors import InputError, UsageError

FULL_SCALE = {np.dtype("uint8"): 255, np.dtype("uint16"): 65535, np.dtype("float32"): 1.0}
"""The sample value that means 1.0, for every dtype that a picture file may hold."""


def to_unit(pixels: np.ndarray, full_scale: float) -> np.ndarray:
    """Scale stored samples to float32 in [0, 1].

    Args:
        pixels: samples of any shape, in [0, `full_scale`].
        full_scale: the sample value that means 1.0, as in `Picture.full_scale`.

    Returns:
        `pixels / full_scale` as float32; `to_depth` gives the very same samples back.
    """
    return pixels.astype(np.float32) / np.float32(full_scale)


def full_scale_of(dtype: np.dtype, stated: float | None = None) -> float:
    """The sample value that means 1.0 in pictures of a dtype.

    Args:
        dtype: of the samples.
        stated: that of samples of 16 bits, such as 4095 for a camera of 12; other dtypes have their own always.
    """
    return stated if stated is not None and dtype == np.uint16 else FULL_SCALE[dtype]


def to_depth(image: np.ndarray, dtype: DTypeLike, full_scale: float | None = None) -> np.ndarray:
    """Clip an image to [0, 1] and round it to the samples of a file.

    Args:
        image: floating-point image of any shape; finite.
        dtype: `uint8`, `uint16` or `float32` (only clipped).
        full_scale: the sample value of `uint16` that 1.0 becomes; 65535 by default.

    Returns:
        An array of `dtype`, scaled to the full scale and rounded to the nearest sample.

    Raises:
        UsageError: `dtype` is another one.
        InputError: `image` is not floating-point, or holds NaN or infinity.
    """
    dtype = np.dtype(dtype)
    if dtype not in FULL_SCALE:
        raise UsageError(f"dtype: expected uint8, uint16 or float32, found {dtype}; choose one of the three")
    if not np.issubdtype(image.dtype, np.floating):
        raise InputError(f"image: expected floating point in [0, 1], found {image.dtype}; call to_unit first")
    if not np.isfinite(image).all():
        raise InputError("image: expected finite values, found NaN or infinity; check the model and its input")
    unit = np.clip(image.astype(np.float32, copy=False), 0, 1)
    if dtype == np.float32:
        return unit
    return np.rint(unit * np.float32(full_scale_of(dtype, full_scale))).astype(dtype)
