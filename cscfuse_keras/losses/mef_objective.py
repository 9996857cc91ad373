"""The objective of multi-exposure training, whose halo term grows with the iterations."""

import keras
from keras import ops

from cscfuse_keras.losses.halo import halo
from cscfuse_keras.losses.mef_ssim import mef_ssim


@keras.saving.register_keras_serializable("cscfuse_keras")
class MEFObjective(keras.layers.Layer):
    """Adds the loss -MEFSSIM + lambda |Sobel(Y)|_1, averaged over the batch (Zhao et al. 2023).

    At training iteration i = 1, 2, ... lambda = min(growth (i - 1), limit). Outside training lambda = limit, so that
    validation losses of different epochs can be compared.

    The iterations are counted by a non-trainable weight, as BN keeps its statistics: part of the model's state it is
    followed by compiled training steps on every backend, and saved and restored with the model's weights.

    Args:
        growth: increase of lambda an iteration.
        limit: largest lambda.

    Inputs: exposures (batch, exposures, height, width, 3) and fused image (batch, height, width, 3), in [0, 1]. Output:
    the fused image, unchanged.
    """

    def __init__(self, growth: float = 0.25, limit: float = 10.0, **kwargs):
        super().__init__(**kwargs)
        self.growth = growth
        self.limit = limit

    def build(self, exposures_shape, fused_shape):
        """Create the counter of iterations done."""
        self.iterations = self.add_weight(
            shape=(),
            initializer="zeros",
            dtype="int",
            trainable=False,
            aggregation="only_first_replica",
            name="iterations",
        )

    def halo_weight(self, training: bool):
        """Lambda of the iteration at hand."""
        if not training:
            return self.limit
        return ops.minimum(self.growth * ops.cast(self.iterations, "float32"), self.limit)

    def call(self, exposures, fused, training=False):
        """Add the loss and, when training, count the iteration."""
        self.add_loss(ops.mean(self.halo_weight(training) * halo(fused) - mef_ssim(fused, exposures)))
        if training:
            self.iterations.assign(self.iterations + 1)
        return fused

    def compute_output_shape(self, exposures_shape, fused_shape):
        """Shape of the fused image."""
        return fused_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "growth": self.growth, "limit": self.limit}
