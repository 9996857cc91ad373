"""Sum of the correlations of differences (SCD): how much of each source the fused image carries over."""

from collections.abc import Sequence

import numpy.typing as npt

from cscfuse_keras.metrics.correlation_coefficient import pearson_correlation
from cscfuse_keras.metrics.grey_images import grey_images


def sum_of_correlations_of_differences(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return corr(F - B, A) + corr(F - A, B), with signed differences.

    Aslantas and Bendes, AEU International Journal of Electronics and Communications 69(12), 2015.

    Args:
        fused: array F of shape (height, width) in 0..255.
        sources: two arrays (A, B) of the same shape, in 0..255; their order does not matter.

    Returns:
        A value in -2..2; NaN where a source or a difference is constant (so where the fused image equals a
        source), since it then has no correlation.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, (first, second) = grey_images(fused, sources, source_count=2)
    return pearson_correlation(fused - second, first) + pearson_correlation(fused - first, second)
