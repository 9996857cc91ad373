"""Entropy (EN): the information in the fused image's grey levels."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_image


def entropy(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return the Shannon entropy of the 256-bin histogram, -sum p log2 p, in bits.

    Args:
        fused: array of shape (height, width) in 0..255; values between levels are rounded.
        sources: not used.

    Returns:
        A value in 0..8; 0 for a constant image.

    Raises:
        InputError: the image is not what `grey_image` asks.
    """
    return histogram_entropy(np.bincount(grey_levels(grey_image(fused)).ravel()))


def histogram_entropy(counts: npt.NDArray[np.integer]) -> float:
    """Return the Shannon entropy in bits of a histogram of non-negative counts, not all of them 0."""
    share = counts[counts > 0] / counts.sum()
    return float(np.sum(share * np.log2(1 / share)))


def grey_levels(image: GreyImage) -> npt.NDArray[np.intp]:
    """Return the image rounded to its nearest 8-bit levels, as indices."""
    return np.rint(image).astype(np.intp)
