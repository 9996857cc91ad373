"""Mutual information (MI): how much the fused image tells about its sources."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.entropy import grey_levels, histogram_entropy
from cscfuse_keras.metrics.grey_images import GreyImage, grey_images


def mutual_information(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the sum over the sources of I(source; fused) in bits, not normalised.

    I(A; F) = H(A) + H(F) - H(A, F), with entropies of 256-bin and 256x256-bin histograms (Qu, Zhang and Yan,
    Electronics Letters 38(7), 2002).

    Args:
        fused: array of shape (height, width) in 0..255; values between levels are rounded.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value from 0 to 8 times the number of sources; 0 if the fused image or every source is constant.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources)
    return sum(_information_in_common(source, fused) for source in sources)


def mutual_information_in_nats(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return `mutual_information` in nats, the unit of most recent papers: a factor of ln 2."""
    return math.log(2) * mutual_information(fused, sources)


def entropies(first: GreyImage, second: GreyImage) -> tuple[float, float, float]:
    """Return the entropies in bits of the first image, of the second one, and of their pairs of levels."""
    pairs = 256 * grey_levels(first) + grey_levels(second)
    joint = np.bincount(pairs.ravel(), minlength=256 * 256).reshape(256, 256)
    return histogram_entropy(joint.sum(axis=1)), histogram_entropy(joint.sum(axis=0)), histogram_entropy(joint)


def _information_in_common(first: GreyImage, second: GreyImage) -> float:
    of_first, of_second, of_pairs = entropies(first, second)
    # Rounding alone can leave -1e-15.
    return max(of_first + of_second - of_pairs, 0.0)
