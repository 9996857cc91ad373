"""Relative dimensionless global error in synthesis (ERGAS)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.unit_cubes import fused_and_truth, unit_cube


def ergas(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return 100 / scale x the root mean square over the bands of their relative errors.

    Wald, Data Fusion, 2002. The relative error of a band is its root mean square error over the truth's mean.

    Args:
        fused: array (height, width, bands) in [0, 1].
        sources: the truth, of the same shape, and the low-resolution image, which tells the scale by its height.

    Returns:
        A value from 0 on, 0 for identical images; NaN if a band of the truth is 0 everywhere.

    Raises:
        InputError: the images are not what `fused_and_truth` asks, or the scale is no whole number.
    """
    first, truth = fused_and_truth(fused, sources)
    low_size = unit_cube(sources[1], "low-resolution image").shape[:2]
    scale = truth.shape[0] // low_size[0]
    if truth.shape[:2] != (scale * low_size[0], scale * low_size[1]):
        raise InputError(
            f"truth: expected a size that is a whole number of times that of the low-resolution image, {low_size}, "
            f"found {truth.shape[:2]}; crop both to the same area"
        )
    errors, means = np.mean((first - truth) ** 2, axis=(0, 1)), np.mean(truth, axis=(0, 1))
    if not means.all():
        return float("nan")
    return float(100 / scale * np.sqrt(np.mean(errors / means**2)))
