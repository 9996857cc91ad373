"""Two images blended in pyramids on the host: the numbers of `cscfuse_keras.fusion.blend_pair` up to rounding."""

import numpy as np

from cscfuse_keras.fusion.blend_pair import LARGEST_SPREAD, SOFTNESS

HALF = np.float32(0.5)


def blended_bands(bands: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Sum of two images' bands (rows, columns, 2), weighed by maps (rows, columns, 3), and detail, the last of them.

    Returns:
        (rows, columns, 1); the detail counts 1, see `cscfuse_keras.deployment.parts.ivf_pyramid_parts`.
    """
    # 2 sigmoid(m) = 1 + tanh(m / 2), which numpy computes fast.
    weighted = (1 + np.tanh(HALF * maps[..., :2])) * bands
    return weighted[..., :1] + weighted[..., 1:] + maps[..., 2:]


def weighted_pixels(pair: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Sum of two images' pixels (rows, columns, 2), less mid-grey, weighed by maps, as (rows, columns, 1)."""
    return np.sum(np.tanh(maps) * (pair - HALF), axis=-1, keepdims=True)


def fitting_contrast(contrast: float, mean_square: float) -> np.float32:
    """A factor on an image's distance from mid-grey, lowered as far as the mean of its squares demands.

    See `cscfuse_keras.fusion.blend_pair.with_contrast`.
    """
    return np.float32(min(contrast, LARGEST_SPREAD / max(float(np.sqrt(mean_square)), 1e-6)))


def limit_softly(image: np.ndarray) -> np.ndarray:
    """An image brought into (0, 1); see `cscfuse_keras.fusion.blend_pair.limit_softly`."""
    image = image / np.float32(SOFTNESS)
    return np.float32(SOFTNESS) * (_softplus(image) - _softplus(image - np.float32(1 / SOFTNESS)))


def _softplus(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0) + np.log1p(np.exp(-np.abs(values)))
