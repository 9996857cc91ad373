"""Cross entropy (CE): how far the fused image's histogram is from the sources' histograms."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.entropy import grey_levels
from cscfuse_keras.metrics.grey_images import GreyImage, grey_images


def cross_entropy(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over the sources of sum p log2(p/q), p being a source's histogram and q the fused image's.

    The quantity is the relative entropy (Kullback-Leibler divergence); Bulanon, Burks, Alchanatis, Image fusion of
    visible and thermal images for fruit detection, Biosystems Engineering 103(1), 2009, and the benchmark VIFB (Zhang,
    Ye, Xiao, CVPR Workshops 2020, supplement, equations 1 to 3) call it cross entropy. Levels that either image lacks
    are left out, where the divergence has none or an infinite term.

    Args:
        fused: array of shape (height, width) in 0..255; values between levels are rounded.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        Bits, 0 for equal histograms; for want of levels it may be below 0, down to -0.531 (log2(e)/e), and it is 0 if
        there is no level in common.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    return float(np.mean(_divergences(fused, sources)))


def root_cross_entropy(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the root mean square, over the sources, of what `cross_entropy` averages."""
    return math.sqrt(np.mean(np.square(_divergences(fused, sources))))


def _divergences(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> list[float]:
    fused, sources = grey_images(fused, sources)
    q = _histogram(fused)
    divergences = []
    for source in sources:
        p = _histogram(source)
        both = (p > 0) & (q > 0)
        divergences.append(float(np.sum(p[both] * np.log2(p[both] / q[both]))))
    return divergences


def _histogram(image: GreyImage) -> npt.NDArray[np.float64]:
    return np.bincount(grey_levels(image).ravel(), minlength=256) / image.size
