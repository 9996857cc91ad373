"""Luma and chroma of arrays (BT.601 with full range, golden 11)."""

import numpy as np

LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])

TO_CHROMA = np.array([[-0.168736, 0.5], [-0.331264, -0.418688], [0.5, -0.081312]], np.float32)
"""From RGB to Cb and Cr less a half, as `cscfuse_keras.layers.ycbcr`."""

FROM_CHROMA = np.array([[0, -0.344136, 1.772], [1.402, -0.714136, 0]], np.float32)
"""From these to what is added to luma for R, G and B."""


def luma(rgb: np.ndarray) -> np.ndarray:
    """Y = 0.299 R + 0.587 G + 0.114 B.

    Args:
        rgb: float array (..., 3).

    Returns:
        Array (...), same range.
    """
    return rgb @ LUMA_WEIGHTS.astype(rgb.dtype)


def with_luma(rgb: np.ndarray, new_luma: np.ndarray) -> np.ndarray:
    """The colour picture with its luma replaced and its chroma (Cb, Cr) kept.

    Both chroma channels are differences of channel and luma, so adding the change of luma to all channels keeps them.
    Where that would leave [0, 1], chroma is scaled down just enough: clipping channels would change luma and hue.

    Args:
        rgb: float array (height, width, 3) in [0, 1].
        new_luma: float array (height, width) in [0, 1].

    Returns:
        float array (height, width, 3) in [0, 1].
    """
    chroma = rgb - luma(rgb)[..., np.newaxis]
    red, green, blue = np.moveaxis(chroma, -1, 0)
    # Where there is no chroma on one side, the other side decides; the least positive number keeps the ratio finite.
    tiny = np.finfo(rgb.dtype).tiny
    above = np.maximum(np.maximum(np.maximum(red, green), blue), tiny)
    below = np.maximum(-np.minimum(np.minimum(red, green), blue), tiny)
    with np.errstate(over="ignore"):
        fitting = np.minimum(np.minimum((1 - new_luma) / above, new_luma / below), 1)
    fused = new_luma[..., np.newaxis] + fitting[..., np.newaxis] * chroma
    return np.clip(fused, 0, 1, out=fused)
