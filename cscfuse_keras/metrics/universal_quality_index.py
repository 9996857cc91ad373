"""Universal image quality index (Q) of all pairs of bands of two images."""

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.block_moments import block_moments, quotient_or_one
from cscfuse_keras.metrics.unit_cubes import Cube


def universal_quality_indices(first: Cube, second: Cube, side: int) -> npt.NDArray[np.float64]:
    """Return the mean over blocks of Q = 4 cov mean mean' / ((var + var') (mean^2 + mean'^2)).

    Wang and Bovik, IEEE Signal Processing Letters 9(3), 2002. A quotient 0/0, of what is flat or black in both images,
    counts as 1.

    Args:
        first: array (height, width, bands).
        second: array (height, width, other bands).
        side: of the blocks, in pixels; see `block_moments`.

    Returns:
        Values in -1..1, (bands, other bands).
    """
    moments = block_moments(first, second, side)
    first_mean, first_variance = moments.first_mean[:, :, np.newaxis], moments.first_variance[:, :, np.newaxis]
    second_mean, second_variance = moments.second_mean[:, np.newaxis], moments.second_variance[:, np.newaxis]
    structure = quotient_or_one(2 * moments.covariance, first_variance + second_variance)
    luminance = quotient_or_one(2 * first_mean * second_mean, first_mean**2 + second_mean**2)
    return np.mean(structure * luminance, axis=0)


def low_resolution_side(scale: int) -> int:
    """Side of the blocks at low resolution whose ground is that of about 32 pixels at high resolution."""
    return max(32 // scale, 2)
