"""Codes beside their local strength, for rules that are learned."""

import keras
from keras import ops

from cscfuse_keras.layers.box_filter import box_mean


@keras.saving.register_keras_serializable("cscfuse_keras")
class CodeActivity(keras.layers.Layer):
    """Codes and the mean of their absolute values over a square window, channel by channel.

    The strength is what the l1-norm rule (Li and Wu 2019, DenseFuse) sums over channels. A linear map of codes
    alone could not express it: soft thresholding is odd, so that a pattern and its negative have opposite codes.

    Args:
        radius: half side of the window, in pixels: the window is (2 radius + 1)^2.

    Input: code (batch, height, width, channels). Output: (batch, height, width, 2 channels), codes first.
    """

    def __init__(self, radius: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.radius = radius

    def call(self, code):
        """Append the strengths."""
        return ops.concatenate([code, box_mean(ops.abs(code), self.radius)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Twice the channels."""
        return (*input_shape[:-1], 2 * input_shape[-1])

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "radius": self.radius}
