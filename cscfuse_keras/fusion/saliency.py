"""The saliency rule: each channel of a code weighs by how rare its values are, refined along its edges."""

import numpy as np
from keras import ops

from cscfuse_keras.fusion.ratio import share
from cscfuse_keras.layers.guided_filter import guided_filter

LEVELS = 256
_TINY = 1e-12


def normalize(code):
    """Stretch each channel of each image to [0, 1]; a constant channel becomes 0.

    Args:
        code: tensor (batch, height, width, channels).
    """
    low = ops.min(code, axis=(1, 2), keepdims=True)
    extent = ops.max(code, axis=(1, 2), keepdims=True) - low
    return (code - low) / ops.where(ops.equal(extent, 0), ops.ones_like(extent), extent)


def level_saliency(levels):
    """Saliency of every grey level of every channel: sum over j of |i - j| H(j), H the share of pixels at level j.

    Args:
        levels: int32 tensor (batch, height, width, channels), 0..255.

    Returns:
        Tensor (batch * channels * 256,), channels within images within the batch, and the int32 index of each pixel's
        level in it, of the shape of `levels`.
    """
    shape = ops.shape(levels)
    channels = shape[0] * shape[3]
    channel = ops.reshape(ops.arange(channels, dtype="int32"), (shape[0], 1, 1, shape[3]))
    index = levels + channel * LEVELS
    flat = ops.reshape(index, (-1,))
    counts = ops.segment_sum(ops.ones_like(flat, dtype="float32"), flat, num_segments=channels * LEVELS)
    histogram = ops.reshape(counts, (-1, LEVELS)) / ops.cast(shape[1] * shape[2], "float32")
    grey = np.arange(LEVELS, dtype="float32")
    distance = ops.convert_to_tensor(np.abs(grey[:, None] - grey[None, :]))
    return ops.reshape(ops.matmul(histogram, distance), (-1,)), index


def saliency(first, second, radius: int = 45, epsilon: float = 0.01):
    """Weighted mean of two codes, weights by histogram saliency refined with a guided filter.

    Each channel is weighed on its own. Saliency is global (Zhai and Shah 2006): minimum, maximum and the 256-bin
    histogram of the whole channel enter every pixel's weight. All channels of both codes are handled at once.

    Args:
        first: code (batch, height, width, channels).
        second: code of the same shape.
        radius: half side of the guided filter's window.
        epsilon: regularisation of the guided filter.

    Returns:
        Merged code of the same shape. Where neither code is salient, both weigh one half.
    """
    weight = saliency_weight(first, second, radius, epsilon)
    return weight * first + (1 - weight) * second


def saliency_weight(first, second, radius: int = 45, epsilon: float = 0.01):
    """Weight of the first code in `saliency`, of the codes' shape."""
    dtype = first.dtype
    first, second = ops.cast(first, "float32"), ops.cast(second, "float32")
    normalized = [normalize(code) for code in (first, second)]
    salience = [_salience(code) for code in normalized]
    initial = share(*salience)
    # A guided filter is linear in its source and keeps constants: filtering 1 - p gives 1 - filtered p, so each guide
    # needs one source only.
    filtered_first = guided_filter(normalized[0], initial, radius, epsilon) + _TINY
    filtered_second = 1 - guided_filter(normalized[1], initial, radius, epsilon) + _TINY
    return ops.cast(share(filtered_first, filtered_second), dtype)


def _salience(normalized):
    table, index = level_saliency(ops.cast(255 * normalized, "int32"))
    return ops.take(table, index) + _TINY
