"""Normalised mutual information (NMI, also Qmi): mutual information that bright or rich sources do not dominate."""

from collections.abc import Sequence

import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import grey_images
from cscfuse_keras.metrics.mutual_information import entropies


def normalised_mutual_information(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the sum over the sources of 2 I(source; fused) / (H(source) + H(fused)).

    Hossny, Nahavandi, Creighton, Comments on 'Information measure for performance of image fusion', Electronics Letters
    44(18), 2008. Entropies are those of 256-bin and 256x256-bin histograms.

    Args:
        fused: array of shape (height, width) in 0..255; values between levels are rounded.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value from 0 to the number of sources, which identical images have; a source that is constant, as the fused
        image is, counts 0.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources)
    total = 0.0
    for source in sources:
        first, second, joint = entropies(source, fused)
        if first + second > 0:
            total += max(2 * (1 - joint / (first + second)), 0.0)
    return total
