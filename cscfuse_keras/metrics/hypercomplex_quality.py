"""Hypercomplex quality index (Q2n): all bands of a pixel are one number of 2^n components."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.block_moments import block_moments, quotient_or_one
from cscfuse_keras.metrics.unit_cubes import fused_and_truth

_SIDE = 32


def hypercomplex_quality(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over 32x32 blocks of correlation, contrast and mean bias of hypercomplex images in one.

    Garzelli and Nencini, IEEE Geoscience and Remote Sensing Letters 6(4), 2009. For four bands it is Q4 (Alparone et
    al., IEEE Geoscience and Remote Sensing Letters 1(4), 2004). In a block, with the modulus |.| of numbers made by
    Cayley and Dickson's doubling, (a, b)(c, d) = (a c - d* b, d a + b c*), the value is

        |cov(z, w)| 2 / (var z + var w) x 2 |mean z| |mean w| / (|mean z|^2 + |mean w|^2)

    without normalising bands beforehand, as some toolboxes do. Missing bands up to a power of two are 0, the image is
    mirrored beyond its right and bottom edge to fill the blocks. A quotient 0/0, of what is flat or black in both
    images, counts as 1.

    Args:
        fused: array (height, width, bands) in [0, 1].
        sources: the truth first, of the same shape; others are left out of account.

    Returns:
        A value from 0 on, 1 for identical images. Up to eight bands none is above 1; with more, where moduli do not
        multiply, that is no theorem any more.

    Raises:
        InputError: the images are not what `fused_and_truth` asks.
    """
    moments = block_moments(*fused_and_truth(fused, sources), _SIDE)
    covariance = np.linalg.norm(_hypercomplex(moments.covariance), axis=1)
    variances = moments.first_variance.sum(axis=1) + moments.second_variance.sum(axis=1)
    first_mean, second_mean = (np.linalg.norm(mean, axis=1) for mean in (moments.first_mean, moments.second_mean))
    correlation_and_contrast = quotient_or_one(2 * covariance, variances)
    mean_bias = quotient_or_one(2 * first_mean * second_mean, first_mean**2 + second_mean**2)
    return float(np.mean(correlation_and_contrast * mean_bias))


def _hypercomplex(covariance):
    """Components of the covariance of z and w*, (blocks, 2^n), from that of all pairs of bands."""
    bands = covariance.shape[1]
    components = 1 << (bands - 1).bit_length()
    signs = _product_signs(components)
    # The conjugate of w has the other sign in all components but the first.
    signs[:, 1:] *= -1
    result = np.zeros((len(covariance), components))
    for i in range(bands):
        for j in range(bands):
            result[:, i ^ j] += signs[i, j] * covariance[:, i, j]
    return result


def _product_signs(components: int) -> np.ndarray:
    """Signs s of the products e_i e_j = s_ij e_(i xor j) of unit numbers."""
    signs = np.ones((1, 1))
    while len(signs) < components:
        conjugate = np.where(np.arange(len(signs)) == 0, 1, -1)
        signs = np.block([[signs, signs.T], [signs * conjugate, -signs.T * conjugate]])
    return signs
