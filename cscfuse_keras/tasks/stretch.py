"""Percentile stretch: the optional last step of multi-exposure fusion."""

from collections.abc import Callable

import numpy as np

from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.scratch import forget

_SIGN = np.uint32(1 << 31)
_CHUNK = 2**22


def percentile_limits(image: np.ndarray, low: float = 0.005, high: float = 0.995) -> tuple[float, float]:
    """Values that a share `low` and a share `high` of all values, of all channels together, lie below.

    Each is an element of the image, that of rank floor(share * count), not interpolated.

    Args:
        image: float32 array of any shape, all of the image: limits of tiles differ from those of the whole.
        low: share of values below the lower limit, 0 to 1.
        high: share of values below the upper limit, more than `low`, to 1.

    Raises:
        UsageError: the shares are not 0 <= low < high <= 1.
    """
    if not 0 <= low < high <= 1:
        raise UsageError(f"stretch: expected shares 0 <= low < high <= 1, found {low} and {high}; such as 0.005, 0.995")
    first_halves = _counts(image, lambda keys: keys >> 16)
    ranks = (min(int(image.size * share), image.size - 1) for share in (low, high))
    lower, upper = (_value_of_rank(image, rank, first_halves) for rank in ranks)
    return lower, upper


def stretch(image: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """(image - lower) / (upper - lower), clipped to [0, 1].

    The release's pictures are `(255 * stretch(image, *percentile_limits(image))).astype(np.uint8)`, truncated;
    rounding is otherwise left to whatever writes the file.

    Args:
        image: float array of any shape and scale.
        lower: value that becomes 0.
        upper: value that becomes 1.

    Returns:
        Array of the shape and dtype of `image`. If the limits are equal there is nothing to stretch, and the image is
        only clipped to [0, 1].
    """
    if lower == upper:
        return np.clip(image, 0, 1)
    return (np.clip(image, lower, upper) - lower) / (upper - lower)


def _value_of_rank(image: np.ndarray, rank: int, first_halves: np.ndarray) -> float:
    """The element that `rank` others come before: the halves of its bits are found by counting, nothing is copied."""
    half, rank = _half_of_rank(first_halves, rank)
    rest, _ = _half_of_rank(_counts(image, lambda keys: keys[keys >> 16 == half] & 0xFFFF), rank)
    key = np.uint32(half << 16 | rest)
    return float(np.asarray(key ^ _SIGN if key & _SIGN else ~key, np.uint32).view(np.float32))


def _half_of_rank(counts: np.ndarray, rank: int) -> tuple[int, int]:
    """Half of the bits of the key of this rank, and the rank among the keys that share it."""
    before = np.cumsum(counts)
    half = int(np.searchsorted(before, rank, side="right"))
    return half, rank - int(before[half] - counts[half])


def _counts(image: np.ndarray, halves: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """How often each half of bits comes up in the keys of an image."""
    flat, counts = image.reshape(-1), np.zeros(2**16, np.int64)
    for start in range(0, flat.size, _CHUNK):
        counts += np.bincount(halves(_keys(flat[start : start + _CHUNK])), minlength=2**16)
        forget(image)
    return counts


def _keys(values: np.ndarray) -> np.ndarray:
    """Integers in the order of the floats: their bits, all inverted below zero, else the sign's."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return np.where(bits & _SIGN, ~bits, bits ^ _SIGN)
