"""Correlation coefficient (CC): how far the fused image follows its sources linearly."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images


def correlation_coefficient(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over the sources of the Pearson correlation with the fused image.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value in -1..1; NaN where the fused image or a source is constant, since it then has no correlation.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources)
    return float(np.mean([pearson_correlation(fused, source) for source in sources]))


def pearson_correlation(first: GreyImage, second: GreyImage) -> float:
    """Return the Pearson correlation of two arrays of one shape; NaN, unwarned, if either is constant."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    first = first - first.mean()
    second = second - second.mean()
    return float(np.vdot(first, second) / (np.linalg.norm(first) * np.linalg.norm(second)))
