"""The exposures of a scene merged into one image, as a Keras layer."""

import keras
from keras import ops

from cscfuse_keras.fusion.exposure_weights import merge_chroma, merge_luma


def merge_exposures(ycbcr, weights):
    """Merge luma with the weights given and chroma by its distance from grey (Zhao et al. 2023).

    Args:
        ycbcr: tensor (batch, exposures, height, width, 3), Y, Cb, Cr in [0, 1].
        weights: tensor (batch, exposures, height, width, 1) that adds up to 1 over the exposures.

    Returns:
        Tensor (batch, height, width, 3), Y, Cb, Cr.
    """
    return ops.concatenate([merge_luma(ycbcr[..., :1], weights), merge_chroma(ycbcr[..., 1:])], axis=-1)


@keras.saving.register_keras_serializable("cscfuse_keras")
class MergeExposures(keras.layers.Layer):
    """Layer form of `merge_exposures`; call it with ycbcr and weights."""

    def call(self, ycbcr, weights):
        """Merge (batch, exposures, height, width, 3) to (batch, height, width, 3)."""
        return merge_exposures(ycbcr, weights)

    def compute_output_shape(self, ycbcr_shape, weights_shape):
        """Shape of `ycbcr` without the exposures."""
        batch, _, *image_shape = ycbcr_shape
        return (batch, *image_shape)
