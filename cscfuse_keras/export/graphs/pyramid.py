"""Gaussian pyramids by TensorFlow: the numbers of `cscfuse_keras.layers.pyramid` up to rounding."""

import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.tensorflow_operations import extended

_HALVING = np.array([1, 4, 6, 4, 1], np.float32) / 16
# Two samples made of three.
_DOUBLING = np.array([[1, 6, 1], [0, 4, 4]], np.float32) / 8


def halve(images):
    """Every second row and column, low-pass filtered, of a tensor (batch, height, width, channels)."""
    kernel = np.repeat(np.outer(_HALVING, _HALVING)[..., np.newaxis, np.newaxis], images.shape[-1], axis=2)
    return tf.nn.depthwise_conv2d(extended(images, 2, "edge"), kernel, (1, 2, 2, 1), "VALID")


def double(images, like):
    """A tensor (batch, height, width, channels) enlarged to height and width of `like`, whose half it is."""
    channels = images.shape[-1]
    kernel = np.einsum("pi,qj,cd->ijcpqd", _DOUBLING, _DOUBLING, np.eye(channels, dtype=np.float32))
    squares = tf.nn.conv2d(extended(images, 1, "edge"), kernel.reshape(3, 3, channels, 4 * channels), 1, "VALID")
    return _cropped(tf.nn.depth_to_space(squares, 2), like)


def gaussian_pyramid(images, levels: int) -> list:
    """A tensor (batch, height, width, channels) and its halves, finest first."""
    pyramid = [images]
    while len(pyramid) < levels:
        pyramid.append(halve(pyramid[-1]))
    return pyramid


def _cropped(images, like):
    known = None not in like.shape[1:3]
    if known and images.shape[1:3] == like.shape[1:3]:
        return images
    height, width = like.shape[1:3] if known else tf.unstack(tf.shape(like)[1:3])
    # LiteRT runs SLICE ten times as fast as STRIDED_SLICE.
    return tf.slice(images, (0, 0, 0, 0), tf.stack([images.shape[0] or -1, height, width, images.shape[-1]]))
