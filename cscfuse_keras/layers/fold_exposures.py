"""The exposure axis folded into the batch and back, so that one network serves any number of exposures."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("cscfuse_keras")
class FoldExposures(keras.layers.Layer):
    """(batch, exposures, height, width, channels) to (batch * exposures, height, width, channels)."""

    def call(self, exposures):
        """Fold the first two axes into one."""
        return ops.reshape(exposures, (-1, *ops.shape(exposures)[2:]))

    def compute_output_shape(self, input_shape):
        """Batch times exposures, where both are known, and the image shape."""
        batch, exposures, *image_shape = input_shape
        return (None if None in (batch, exposures) else batch * exposures, *image_shape)


@keras.saving.register_keras_serializable("cscfuse_keras")
class UnfoldExposures(keras.layers.Layer):
    """Undoes `FoldExposures`.

    Inputs: folded images (batch * exposures, height, width, channels), and a tensor (batch, exposures, ...) whose
    first two axes say how to unfold. Output: (batch, exposures, height, width, channels).
    """

    def call(self, folded, like):
        """Unfold the first axis into batch and exposures."""
        return ops.reshape(folded, (-1, ops.shape(like)[1], *ops.shape(folded)[1:]))

    def compute_output_shape(self, folded_shape, like_shape):
        """Batch and exposures of `like`, image shape of `folded`."""
        return (*like_shape[:2], *folded_shape[1:])
