"""Two images blended in pyramids on the host: the numbers of `cscfuse_keras.fusion.blend_pair` up to rounding."""

from collections.abc import Sequence

import numpy as np

from cscfuse_keras.fusion.blend_pair import LARGEST_SPREAD, OFFSET_SCALE, SOFTNESS
from cscfuse_keras.runtimes.host_merge_exposures import double

_HALF = np.float32(0.5)


def blend_pair(
    levels: Sequence[np.ndarray],
    maps: Sequence[np.ndarray],
    pixel_maps: np.ndarray,
    offset: np.ndarray,
    contrast: float,
) -> np.ndarray:
    """Blend to (height, width, 1).

    Args:
        levels: Gaussian pyramid of both images, finest first, each float32 (height, width, 2) in [0, 1].
        maps: for each level an array of its shape.
        pixel_maps: array of the finest level's shape.
        offset: array (height, width, 1) of the coarsest level's size.
        contrast: see `cscfuse_keras.fusion.blend_pair.blend_pair`.
    """
    fused = _weighted(levels[-1] - _HALF, maps[-1]) + np.float32(OFFSET_SCALE) * offset
    for k in reversed(range(len(levels) - 1)):
        height, width = levels[k].shape[:2]
        band = levels[k] - double(levels[k + 1], height, width)
        fused = double(fused, height, width) + _weighted(band, maps[k])
    fused = fused + np.sum(np.tanh(pixel_maps) * (levels[0] - _HALF), axis=-1, keepdims=True)
    spread = float(np.sqrt(np.mean(np.square(fused))))
    fused = (_HALF + np.float32(min(contrast, LARGEST_SPREAD / max(spread, 1e-6))) * fused) / np.float32(SOFTNESS)
    return np.float32(SOFTNESS) * (_softplus(fused) - _softplus(fused - np.float32(1 / SOFTNESS)))


def _weighted(band: np.ndarray, maps: np.ndarray) -> np.ndarray:
    # 2 sigmoid(m) = 1 + tanh(m / 2), which numpy computes fast.
    return np.sum((1 + np.tanh(_HALF * maps)) * band, axis=-1, keepdims=True)


def _softplus(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0) + np.log1p(np.exp(-np.abs(values)))
