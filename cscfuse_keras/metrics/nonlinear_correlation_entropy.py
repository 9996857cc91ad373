"""Nonlinear correlation information entropy (NCIE): how far the sources and the fused image depend on each other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import grey_images
from cscfuse_keras.metrics.mutual_information import entropies

_BITS = 8


def nonlinear_correlation_information_entropy(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return 1 + sum (e/K) log256(e/K) over the eigenvalues e of the matrix of the K images' mutual information.

    Wang, Shen, Jin, Performance evaluation of image fusion techniques, in Stathaki (editor), Image Fusion: Algorithms
    and Applications, 2008, chapter 19. The matrix has 1 on its diagonal, and beside it I/8, that is mutual information
    in units of log 256, of each pair of images, the pair of sources too; 256-bin and 256x256-bin histograms.

    Args:
        fused: array of shape (height, width) in 0..255; values between levels are rounded.
        sources: two arrays of the same shape, in 0..255; their order does not matter.

    Returns:
        A value from 0.802 (1 - log256 3), for independent images, to 1, for identical ones that have all levels equally
        often.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, source_count=2)
    images = [*sources, fused]
    matrix = np.eye(len(images))
    for row, column in zip(*np.triu_indices(len(images), 1), strict=True):
        first, second, joint = entropies(images[row], images[column])
        matrix[row, column] = matrix[column, row] = (first + second - joint) / _BITS
    # Rounding can leave -1e-17 for an eigenvalue of 0, which counts 0.
    shares = np.linalg.eigvalsh(matrix) / len(images)
    shares = shares[shares > 0]
    return float(1 + np.sum(shares * np.log2(shares)) / _BITS)
