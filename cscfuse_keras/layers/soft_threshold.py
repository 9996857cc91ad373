"""Soft shrinkage with learnable thresholds: the proximal operator of the l1 norm."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("cscfuse_keras")
class SoftThreshold(keras.layers.Layer):
    """sign(v) max(|v| - t, 0), the argmin over u of (u - v)^2 / 2 + t |u|, with a learnable t per channel.

    Args:
        initial_threshold: value of all thresholds before training.
        shared: one threshold for all channels instead of one for each.
        nonnegative: keep t >= 0. A negative threshold is no proximal operator: it adds |t| to every non-zero
            magnitude. Weights of the published release need `False`, and are then used as they are.

    Input and output shape: (..., channels). Source: Zhao et al. 2023, eq. 6; Daubechies et al. 2004.
    """

    def __init__(self, initial_threshold: float = 0.01, shared: bool = False, nonnegative: bool = True, **kwargs):
        super().__init__(**kwargs)
        if nonnegative and initial_threshold < 0:
            raise ValueError(f"initial_threshold must be >= 0 when nonnegative=True; received {initial_threshold}")
        self.initial_threshold = initial_threshold
        self.shared = shared
        self.nonnegative = nonnegative

    def build(self, input_shape):
        """Create the thresholds, shape (channels,) or (1,)."""
        self.threshold = self.add_weight(
            shape=(1 if self.shared else input_shape[-1],),
            initializer=keras.initializers.Constant(self.initial_threshold),
            constraint="non_neg" if self.nonnegative else None,
            name="threshold",
        )

    def call(self, values):
        """Shrink `values` towards zero by the threshold of their channel."""
        threshold = ops.cast(self.threshold, values.dtype)
        if self.nonnegative:
            threshold = ops.maximum(threshold, 0)
            return values - ops.minimum(ops.maximum(values, -threshold), threshold)
        return ops.sign(values) * ops.relu(ops.abs(values) - threshold)

    def compute_output_shape(self, input_shape):
        """Same shape."""
        return input_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {
            **super().get_config(),
            "initial_threshold": self.initial_threshold,
            "shared": self.shared,
            "nonnegative": self.nonnegative,
        }
