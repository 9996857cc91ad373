"""Bilinear enlarging and shrinking by TensorFlow: the numbers of `cscfuse_keras.layers.resize` up to rounding."""

import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.tensorflow_operations import extended


def enlarge(images, scale: int, grid: str):
    """See `cscfuse_keras.layers.resize.enlarge`."""
    if grid == "align_corners":
        return _align_axis(_align_axis(images, 1, scale, 1), 2, scale, 1)
    return tf.nn.depth_to_space(enlarged_squares(images, scale, grid), scale)


def enlarged_squares(images, scale: int, grid: str):
    """What `enlarge` makes of each pixel, as channels: (batch, height, width, scale^2 channels).

    Args:
        images: tensor (batch, height, width, channels).
        scale: side of the squares, in pixels.
        grid: `"half_pixel"` or `"co_sited"`.
    """
    around = extended(images, 1, "edge")
    weights = _weights(scale, grid)
    return tf.concat([_filtered(around, np.outer(row, column)) for row in weights for column in weights], -1)


def shrink(images, scale: int, grid: str):
    """See `cscfuse_keras.layers.resize.shrink`."""
    if grid == "co_sited":
        return _filtered(images, np.ones((1, 1)), scale)
    if grid == "half_pixel":
        return tf.nn.avg_pool2d(images, scale, scale, "VALID")
    return _align_axis(_align_axis(images, 1, 1, scale), 2, 1, scale)


def _weights(scale, grid):
    """Weights (scale, 3) of the previous, the same and the next sample in each of the samples made of one."""
    places = (np.arange(scale) + (0.5 if grid == "half_pixel" else 0.0)) / scale - (0.5 if grid == "half_pixel" else 0)
    return np.stack([np.maximum(-places, 0), 1 - np.abs(places), np.maximum(places, 0)], axis=1)


def _filtered(images, window, stride=1):
    """All channels filtered by one window, without borders."""
    kernel = np.repeat(np.float32(window)[..., np.newaxis, np.newaxis], images.shape[-1], axis=2)
    return tf.nn.depthwise_conv2d(images, kernel, (1, stride, stride, 1), "VALID")


def _align_axis(images, axis, factor, divisor):
    """Resize one axis so that first and last samples stay."""
    size = images.shape[axis] or tf.shape(images)[axis]
    resized = size * factor // divisor
    steps = tf.maximum(resized - 1, 1)
    travelled = tf.range(resized) * (size - 1)
    index = travelled // steps
    weight = tf.cast(travelled - index * steps, tf.float32) / tf.cast(steps, tf.float32)
    weight = tf.reshape(weight, (-1,) + (1,) * (3 - axis))
    low = tf.gather(images, index, axis=axis)
    high = tf.gather(images, tf.minimum(index + 1, size - 1), axis=axis)
    return low + weight * (high - low)
