"""Percentile stretch: the optional last step of multi-exposure fusion."""

import numpy as np

from cscfuse_keras.errors import UsageError


def percentile_limits(image: np.ndarray, low: float = 0.005, high: float = 0.995) -> tuple[float, float]:
    """Values that a share `low` and a share `high` of all values, of all channels together, lie below.

    Each is an element of the image, that of rank floor(share * count), not interpolated.

    Args:
        image: float array of any shape, all of the image: limits of tiles differ from those of the whole.
        low: share of values below the lower limit, 0 to 1.
        high: share of values below the upper limit, more than `low`, to 1.

    Raises:
        UsageError: the shares are not 0 <= low < high <= 1.
    """
    if not 0 <= low < high <= 1:
        raise UsageError(f"stretch: expected shares 0 <= low < high <= 1, found {low} and {high}; such as 0.005, 0.995")
    ranks = [min(int(image.size * share), image.size - 1) for share in (low, high)]
    values = np.partition(image, ranks, axis=None)
    return values[ranks[0]], values[ranks[1]]


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
