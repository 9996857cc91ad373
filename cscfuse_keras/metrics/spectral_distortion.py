"""Spectral distortion (D lambda): whether bands still resemble each other as at low resolution."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.unit_cubes import fused_and_inputs
from cscfuse_keras.metrics.universal_quality_index import low_resolution_side, universal_quality_indices


def spectral_distortion(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over pairs of bands of |Q at high resolution - Q at low resolution|.

    Alparone et al., Photogrammetric Engineering and Remote Sensing 74(2), 2008, with p = 1. The blocks of Q have the
    same ground at both resolutions, 32 pixels of the high one.

    Args:
        fused: array (scale * height, scale * width, bands) in [0, 1].
        sources: the low-resolution image, the guide, and the guide at low resolution, in [0, 1].

    Returns:
        A value in 0..2, 0 being best; 0 for a single band.

    Raises:
        InputError: the images are not what `fused_and_inputs` asks.
    """
    high, low, _, _ = fused_and_inputs(fused, sources)
    bands, scale = low.shape[2], high.shape[0] // low.shape[0]
    side = low_resolution_side(scale)
    change = universal_quality_indices(high, high, scale * side) - universal_quality_indices(low, low, side)
    # Of a band with itself, Q is 1 at both.
    return float(np.abs(change).sum() / max(bands * (bands - 1), 1))
