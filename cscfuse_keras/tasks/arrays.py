"""Arrays of a stated range, to and from float32 in [0, 1]."""

import numpy as np
from numpy.typing import DTypeLike

from cscfuse_keras.errors import InputError


def check_array(image: np.ndarray, data_range: float, name: str) -> None:
    """Refuse an array that is no image.

    Args:
        image: (height, width) or (height, width, 3), integers or floats in [0, data_range].
        data_range: the value that means white.
        name: of the argument, for messages.

    Raises:
        InputError: the shape is another, or a value is not finite or outside [0, data_range].
    """
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3) or not image.size:
        raise InputError(
            f"{name}: expected shape (height, width) or (height, width, 3), found {image.shape}; reshape it"
        )
    check_values(image, data_range, name)


def check_values(image: np.ndarray, data_range: float, name: str, range_name: str = "data_range") -> None:
    """Refuse values that are no samples of a stated range.

    Args:
        image: array of any shape, integers or floats in [0, data_range].
        data_range: the value that means white.
        name: of the array, for messages.
        range_name: of the argument that stated the range, for messages.

    Raises:
        InputError: a value is not finite or outside [0, data_range].
    """
    if image.dtype.kind not in "uif":
        raise InputError(f"{name}: expected integers or floats, found {image.dtype}; convert it")
    if not data_range > 0:
        raise InputError(f"{range_name}: expected the value of white, above 0, found {data_range}")
    low, high = image.min(), image.max()
    # Written so that NaN, for which every comparison is false, is refused.
    if not (low >= 0 and high <= data_range):
        raise InputError(
            f"{name}: expected values in [0, {data_range:g}] ({range_name}), found {low:g} to {high:g}; "
            "state the range that the values have, or scale them"
        )


def unit_array(image: np.ndarray, data_range: float, name: str) -> np.ndarray:
    """An image as float32 in [0, 1]; arguments and errors are those of `check_array`."""
    image = np.asarray(image)
    check_array(image, data_range, name)
    return (image / np.float64(data_range)).astype(np.float32)


def enlarged(image: np.ndarray, side: int) -> np.ndarray:
    """An image whose last row and column are repeated until it has at least `side` of both."""
    missing = [max(0, side - length) for length in image.shape[:2]]
    if not any(missing):
        return image
    return np.pad(image, [(0, missing[0]), (0, missing[1])] + [(0, 0)] * (image.ndim - 2), mode="edge")


def from_unit(image: np.ndarray, data_range: float, dtype: DTypeLike) -> np.ndarray:
    """A float32 image in [0, 1] as `dtype` in [0, data_range]; integers are rounded."""
    scaled = image * np.float64(data_range)
    return (np.rint(scaled) if np.dtype(dtype).kind in "ui" else scaled).astype(dtype)
