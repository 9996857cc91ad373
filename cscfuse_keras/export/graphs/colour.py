"""Luma and chroma by TensorFlow: the numbers of `cscfuse_keras.tasks.colour` up to rounding.

Channels are picked and repeated by 1x1 convolutions, which LiteRT computes faster than slices, reductions over channels
and products of unequal shapes.
"""

import numpy as np
import tensorflow as tf

from cscfuse_keras.tasks.colour import LUMA_WEIGHTS

_TO_LUMA = np.float32(LUMA_WEIGHTS[:, np.newaxis])
# Each channel less the luma.
_TO_CHROMA = np.eye(3, dtype=np.float32) - _TO_LUMA
_TO_GREY = np.ones((1, 3), np.float32)
_TINY = 1e-20


def mixed(images, matrix: np.ndarray):
    """Channels of a tensor (batch, height, width, channels) times a float32 matrix (channels, results)."""
    return tf.nn.conv2d(images, matrix[np.newaxis, np.newaxis], 1, "VALID")


def luma(rgb):
    """Y (batch, height, width, 1) of a tensor (batch, height, width, 3)."""
    return mixed(rgb, _TO_LUMA)


def with_luma(rgb, new_luma):
    """RGB with its luma replaced, and its chroma kept as far as [0, 1] allows.

    Args:
        rgb: tensor (batch, height, width, 3) in [0, 1].
        new_luma: tensor (batch, height, width, 1) in [0, 1].
    """
    chroma = mixed(rgb, _TO_CHROMA)
    red, green, blue = (mixed(rgb, _TO_CHROMA[:, k : k + 1]) for k in range(3))
    above = tf.maximum(tf.maximum(tf.maximum(red, green), blue), _TINY)
    below = tf.maximum(-tf.minimum(tf.minimum(red, green), blue), _TINY)
    fitting = tf.minimum(tf.minimum((1 - new_luma) / above, new_luma / below), 1.0)
    fused = mixed(new_luma, _TO_GREY) + mixed(fitting, _TO_GREY) * chroma
    return tf.minimum(tf.maximum(fused, 0.0), 1.0)
