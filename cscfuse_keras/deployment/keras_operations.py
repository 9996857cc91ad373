"""The operations of networks by Keras, on any backend."""

from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras.deployment.folding import Convolution
from cscfuse_keras.layers import BoxFilter, PaddedConv2D, SoftThreshold
from cscfuse_keras.layers.fast_guided_filter import neighbours
from cscfuse_keras.layers.resize import resize_by_matrices


class KerasOperations:
    """See `cscfuse_keras.deployment.operations.Operations`; images are Keras tensors."""

    def convolve(self, images, convolution: Convolution):
        """Cross-correlation."""
        biased = convolution.bias is not None
        layer = PaddedConv2D(convolution.kernel.shape[3], len(convolution.kernel), use_bias=biased)
        result = layer(images)
        layer.set_weights([convolution.kernel, convolution.bias] if biased else [convolution.kernel])
        return result

    def soft_threshold(self, images, threshold: np.ndarray):
        """Soft shrinkage."""
        layer = SoftThreshold(nonnegative=bool((threshold >= 0).all()))
        result = layer(images)
        layer.set_weights([threshold])
        return result

    def two_slopes(self, images, positive: np.ndarray, negative: np.ndarray):
        """Slopes a channel."""
        layer = keras.layers.PReLU(shared_axes=[1, 2])
        if (positive == 1).all():
            result = layer(images)
            layer.set_weights([negative.reshape(1, 1, -1)])
            return result
        # a max(v, 0) + b min(v, 0) = max(v, 0) (a - b) + b v
        above = self.scale(keras.layers.ReLU()(images), positive - negative)
        return above + self.scale(images, negative)

    def scale(self, images, factors: np.ndarray):
        """Multiply channels."""
        return keras.layers.Rescaling(factors)(images)

    def concatenate(self, images: Sequence):
        """Join channels."""
        return keras.layers.Concatenate()(list(images))

    def box_mean(self, images, radius: int, border: str):
        """Mean over a square."""
        return BoxFilter(radius, border)(images)

    def resize(self, images, rows, columns):
        """Resize by matrices."""
        return resize_by_matrices(images, rows, columns)

    def neighbours(self, images, axis: int, radius: int):
        """Shifted images."""
        return neighbours(images, axis + 1, radius)

    def ones(self, images):
        """A channel of ones."""
        return keras.layers.Rescaling(0.0, offset=1.0)(images[..., :1])

    def magnitude(self, images):
        """Absolute values."""
        return abs(images)

    def sigmoid(self, images):
        """Logistic function."""
        return keras.layers.Activation("sigmoid")(images)
