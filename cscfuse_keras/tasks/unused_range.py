"""A hint where samples seem to have fewer bits than their type."""

import warnings
from pathlib import Path

import numpy as np


def warn_of_unused_range(greatest: float, dtype: np.dtype, path: Path, option: str = "--full-scale") -> None:
    """Warn where integers of 16 bits or more use less than a quarter of what they can hold.

    Nothing is assumed: the image may be dark, or come from a sensor of fewer bits.

    Args:
        greatest: of the image's samples.
        dtype: of the samples.
        path: of the image, for the message.
        option: that states the full scale.

    Warns:
        UserWarning: they do.
    """
    if dtype.kind not in "iu" or dtype.itemsize < 2:
        return
    largest = np.iinfo(dtype).max
    if greatest < largest / 4:
        warnings.warn(
            f"{path}: samples reach {greatest} of {largest}; if the sensor gives fewer bits, state its largest value "
            f"by {option}, 4095 for 12 bits",
            stacklevel=3,
        )
