"""Peak signal-to-noise ratio (PSNR) of a whole image of many bands."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.unit_cubes import fused_and_truth


def peak_signal_to_noise_ratio(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return 10 log10(1 / mean squared error), the mean being over all pixels and bands at once.

    Zhao et al., CVPR Workshops 2023, Table 3.

    Args:
        fused: array (height, width, bands) in [0, 1].
        sources: the truth first, of the same shape; others are left out of account.

    Returns:
        Decibels; infinity for identical images.

    Raises:
        InputError: the images are not what `fused_and_truth` asks.
    """
    first, truth = fused_and_truth(fused, sources)
    error = float(np.mean((first - truth) ** 2))
    return -10 * math.log10(error) if error else math.inf
