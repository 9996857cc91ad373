"""The decoder that turns codes into an image."""

import keras
from keras import ops

from cscfuse_keras.layers.padded_conv import PaddedConv2D


@keras.saving.register_keras_serializable("cscfuse_keras")
class CodeDecoder(keras.layers.Layer):
    """sigmoid of the sum of g(code) over all codes given; g is one shared stack of bias-free 3x3 convolutions + BN.

    There is no activation inside g. While training all codes pass the stack as one batch, so that BN learns the
    statistics that it will be used with.

    Args:
        channels: output channels of each convolution; the last is the image's.

    Inputs: codes, each (batch, height, width, code channels). Output: (batch, height, width, channels[-1]) in [0, 1].
    """

    def __init__(self, channels=(32, 16, 1), **kwargs):
        super().__init__(**kwargs)
        self.channels = tuple(channels)
        self.convolutions = [
            PaddedConv2D(width, name=f"convolution_{k}", dtype=self.dtype_policy)
            for k, width in enumerate(self.channels)
        ]
        self.normalizations = [
            keras.layers.BatchNormalization(
                momentum=0.9, epsilon=1e-5, name=f"normalization_{k}", dtype=self.dtype_policy
            )
            for k in range(len(self.channels))
        ]

    def build(self, base_shape, detail_shape=None):
        """Create convolutions and normalisations."""
        shape = base_shape
        for convolution, normalization in zip(self.convolutions, self.normalizations, strict=True):
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
            normalization.build(shape)

    def reconstruct(self, code, training=False):
        """g(code): the part of the image, before the sigmoid, that a code stands for."""
        for convolution, normalization in zip(self.convolutions, self.normalizations, strict=True):
            code = normalization(convolution(code), training=training)
        return code

    def call(self, base, detail, training=False):
        """Decode the codes of base and detail into one image."""
        parts = self.reconstruct(ops.concatenate([base, detail], axis=0), training=training)
        return ops.sigmoid(sum(ops.split(parts, 2, axis=0)))

    def compute_output_shape(self, base_shape, detail_shape=None):
        """Height and width of the codes, channels of the last convolution."""
        return (*base_shape[:-1], self.channels[-1])

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "channels": self.channels}
