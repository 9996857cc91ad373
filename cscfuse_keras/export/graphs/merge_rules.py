"""Merge rules for codes by TensorFlow: the numbers of `cscfuse_keras.fusion` up to rounding."""

import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.tensorflow_operations import extended
from cscfuse_keras.export.graphs.colour import mixed

SALIENCY_RADIUS = 45
"""Half side of the guided filter's window in the saliency rule: height and width are at least so many pixels."""

_SALIENCY_EPSILON = 0.01
_LEVELS = 256
_TINY = 1e-12
_BOX = np.full((3, 3, 1, 1), 1 / 9, np.float32)


def average(first, second):
    """See `cscfuse_keras.fusion.average`."""
    return (first + second) / 2


def total(first, second):
    """See `cscfuse_keras.fusion.average`."""
    return first + second


def l1_norm(first, second):
    """See `cscfuse_keras.fusion.l1_norm`."""
    return _weighted(_share(_activity(first), _activity(second)), first, second)


def saliency(first, second):
    """See `cscfuse_keras.fusion.saliency`."""
    guides = [_normalized(code) for code in (first, second)]
    salience = [_salience(guide) for guide in guides]
    # Both are positive, so that unlike in `_share` nothing is divided by zero.
    kept, lost = _filtered(guides, salience[0] / (salience[0] + salience[1]))
    kept, other = kept + _TINY, 1 - lost + _TINY
    return _weighted(kept / (kept + other), first, second)


RULES = {"saliency": saliency, "l1_norm": l1_norm, "average": average, "sum": total}
"""The rules by name: `rule(first, second) -> merged`."""


def _weighted(weight, first, second):
    return second + weight * (first - second)


def _share(first, second):
    """See `cscfuse_keras.fusion.ratio`."""
    both = first + second
    empty = tf.equal(both, 0.0)
    return tf.where(empty, 0.5, first / tf.where(empty, 1.0, both))


def _activity(code):
    strength = mixed(tf.abs(code), np.ones((code.shape[-1], 1), np.float32))
    return tf.nn.conv2d(strength, _BOX, 1, "SAME")


def _normalized(code):
    low, high = (reduce(code, (1, 2), keepdims=True) for reduce in (tf.reduce_min, tf.reduce_max))
    extent = high - low
    return (code - low) / tf.where(tf.equal(extent, 0.0), 1.0, extent)


def _salience(normalized):
    """Look-up table of all channels' levels, and its value for each pixel."""
    channels = normalized.shape[-1]
    index = tf.cast(255 * normalized, tf.int32) + _LEVELS * np.arange(channels, dtype=np.int32)
    flat = tf.reshape(index, (-1,))
    # Ones made of the data: as a constant they would be stored in files of one size.
    ones = tf.cast(flat >= 0, tf.float32)
    counts = tf.tensor_scatter_nd_add(tf.zeros(_LEVELS * channels), flat[:, tf.newaxis], ones)
    histogram = tf.reshape(counts, (channels, _LEVELS))
    histogram /= tf.reduce_sum(histogram, 1, keepdims=True)
    grey = np.arange(_LEVELS, dtype=np.float32)
    table = tf.matmul(histogram, np.abs(grey[:, np.newaxis] - grey))
    return tf.gather(tf.reshape(table, (-1,)), index) + _TINY


def _filtered(guides, source):
    """`source` by guided filters, see `cscfuse_keras.layers.guided_filter`, one for each guide."""
    mean_source = _mean(source)
    for guide in guides:
        mean_guide = _mean(guide)
        covariance = _mean(guide * source) - mean_guide * mean_source
        variance = _mean(guide * guide) - mean_guide * mean_guide
        slope = covariance / (variance + _SALIENCY_EPSILON)
        yield _mean(slope) * guide + _mean(mean_source - slope * mean_guide)


def _mean(images):
    """Mean over the window, symmetric at borders: along each axis of 13 neighbours, then of 7 such means 13 apart."""
    images = extended(images, SALIENCY_RADIUS, "symmetric")
    for window, spaced in (((13, 1), (7, 1)), ((1, 13), (1, 7))):
        images = tf.nn.avg_pool2d(images, window, 1, "VALID")
        kernel = np.full((*spaced, images.shape[-1], 1), 1 / 7, np.float32)
        # tf.nn.depthwise_conv2d computes shapes for dilations, which LiteRT does not turn back into one operator.
        images = tf.raw_ops.DepthwiseConv2dNative(
            input=images, filter=kernel, strides=[1, 1, 1, 1], padding="VALID", dilations=[1, *window, 1]
        )
    return images
