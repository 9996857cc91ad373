"""Quality with no reference (QNR): of fused images whose truth nobody knows."""

from collections.abc import Sequence

import numpy.typing as npt

from cscfuse_keras.metrics.spatial_distortion import spatial_distortion
from cscfuse_keras.metrics.spectral_distortion import spectral_distortion


def quality_with_no_reference(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return (1 - D lambda) (1 - D S).

    Alparone et al., Photogrammetric Engineering and Remote Sensing 74(2), 2008, with both exponents 1.

    Args:
        fused: array (scale * height, scale * width, bands) in [0, 1].
        sources: the low-resolution image, the guide, and the guide at low resolution, in [0, 1].

    Returns:
        1 where neither distortion is found; it praises plain interpolation, so show both distortions beside it.

    Raises:
        InputError: the images are not what `fused_and_inputs` asks.
    """
    return (1 - spectral_distortion(fused, sources)) * (1 - spatial_distortion(fused, sources))
