"""The exposures of a scene merged on the host, one after the other: memory does not grow with their number.

The same numbers as the layers of `cscfuse_keras.fusion` up to rounding.
"""

import functools
from collections.abc import Sequence

import numpy as np

from cscfuse_keras.tasks.colour import luma

_TINY = np.float32(1e-8)
_TO_CHROMA = np.array([[-0.168736, 0.5], [-0.331264, -0.418688], [0.5, -0.081312]], np.float32)
_FROM_CHROMA = np.array([[0, -0.344136, 1.772], [1.402, -0.714136, 0]], np.float32)


def fuse_from_maps(exposures: Sequence[np.ndarray], maps: Sequence[np.ndarray]) -> np.ndarray:
    """Fuse exposures whose maps the coder has made.

    Args:
        exposures: RGB, each float32 (height, width, 3) in [0, 1].
        maps: the coder's maps, before the softmax, each float32 (height, width).

    Returns:
        float32 (height, width, 3), RGB, not clipped.
    """
    highest = functools.reduce(np.maximum, maps)
    weights = np.zeros_like(highest)
    fused_luma = np.zeros_like(highest)
    distances = np.zeros((*highest.shape, 2), np.float32)
    fused_chroma = np.zeros_like(distances)
    for exposure, values in zip(exposures, maps, strict=True):
        weight = np.exp(values - highest)
        weights += weight
        fused_luma += weight * luma(exposure)
        chroma = exposure @ _TO_CHROMA
        distance = np.abs(chroma) + _TINY
        distances += distance
        fused_chroma += distance * chroma
    return (fused_luma / weights)[..., np.newaxis] + (fused_chroma / distances) @ _FROM_CHROMA
