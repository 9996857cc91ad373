"""PIQE: how distorted the active blocks of a picture are, with no model and no reference."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.natural_scene_statistics import blocks, contrast_normalised
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey

_SIDE = 16
_SEGMENT = 6
_LEAST_ACTIVITY = 0.1
_LEAST_DEVIATION = 0.1


def piqe(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return the share of distortion in the picture's active blocks, in percent.

    Venkatanath et al., Blind Image Quality Evaluation Using Perception Based Features, National Conference on
    Communications 2015. A block of 16x16 contrast-normalised coefficients is active if its variance v is above 0.1. It
    counts 1 - v if it shows artefacts (some 6 pixels in a row on its edge deviate by less than 0.1), and v if it is
    noisy (its deviation is more than twice the relative difference to the ratio of the deviations of its centre and
    surround). The result is 100 (1 + sum)/(1 + number of active blocks).

    As in the package pypiqe, the picture is first scaled to have 255 as its brightest level. MATLAB's function takes
    the levels as they are, which is the same for pictures that reach 255.

    Args:
        fused: uint8 RGB of shape (height, width, 3), or grey of shape (height, width) in 0..255, at least 16 x 16.
        sources: not used.

    Returns:
        A value from 0 (best) to 100; 100 for a picture without active blocks, such as a constant one.

    Raises:
        InputError: the picture is not what `eight_bit_grey` asks.
    """
    image = eight_bit_grey(fused, minimum_size=_SIDE)
    image = np.rint(255 * (image / max(image.max(), 1.0)))
    height, width = image.shape
    whole = cv2.copyMakeBorder(image, 0, -height % _SIDE, 0, -width % _SIDE, cv2.BORDER_REFLECT)
    candidates = blocks(contrast_normalised(whole, cv2.BORDER_REPLICATE), _SIDE)
    variances = candidates.var(axis=(1, 2), ddof=1)
    active = variances > _LEAST_ACTIVITY
    candidates, variances = candidates[active], variances[active]
    distortion = _has_artefacts(candidates) * (1 - variances) + _is_noisy(candidates, variances) * variances
    return float(100 * (1 + distortion.sum()) / (1 + len(candidates)))


def _has_artefacts(candidates: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether a segment of one of a block's edges is nearly constant."""
    edges = np.stack([candidates[:, 0], candidates[:, -1], candidates[:, :, 0], candidates[:, :, -1]], axis=1)
    segments = np.lib.stride_tricks.sliding_window_view(edges, _SEGMENT, axis=-1)
    return (segments.std(axis=-1, ddof=1) < _LEAST_DEVIATION).any(axis=(1, 2))


def _is_noisy(candidates: npt.NDArray[np.float64], variances: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether a block deviates as much in its surround as in its centre."""
    centre = candidates[:, :, 7:9].std(axis=(1, 2), ddof=1)
    # The published implementations leave column 9 out of the surround instead of 8.
    surround = np.delete(candidates, (7, 9), axis=2).std(axis=(1, 2), ddof=1)
    ratio = np.divide(centre, surround, out=np.zeros_like(centre), where=surround > 0)
    deviations = np.sqrt(variances)
    return deviations > 2 * np.abs(deviations - ratio) / np.maximum(deviations, ratio)
