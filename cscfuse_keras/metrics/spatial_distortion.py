"""Spatial distortion (D S): whether bands resemble the guide as they do at low resolution."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.unit_cubes import fused_and_inputs
from cscfuse_keras.metrics.universal_quality_index import low_resolution_side, universal_quality_indices


def spatial_distortion(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over bands and guide channels of |Q at high resolution - Q at low resolution|.

    Alparone et al., Photogrammetric Engineering and Remote Sensing 74(2), 2008, with q = 1; for one guide channel as
    published. The blocks of Q have the same ground at both resolutions, 32 pixels of the high one.

    Args:
        fused: array (scale * height, scale * width, bands) in [0, 1].
        sources: the low-resolution image, the guide, and the guide at low resolution, in [0, 1].

    Returns:
        A value in 0..2, 0 being best.

    Raises:
        InputError: the images are not what `fused_and_inputs` asks.
    """
    high, low, guide, low_guide = fused_and_inputs(fused, sources)
    scale = high.shape[0] // low.shape[0]
    side = low_resolution_side(scale)
    change = universal_quality_indices(high, guide, scale * side) - universal_quality_indices(low, low_guide, side)
    return float(np.abs(change).mean())
