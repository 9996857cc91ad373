"""Split of an image into a smooth base and a detail layer."""

import keras

from cscfuse_keras.layers.box_filter import box_mean


@keras.saving.register_keras_serializable("cscfuse_keras")
class TwoScaleSplit(keras.layers.Layer):
    """Base = box mean with reflected borders, detail = image - base (Zhao et al. 2023).

    Args:
        window: odd side of the box, in pixels.

    Input shape: (batch, height, width, channels). Output: `(base, detail)`, each of that shape.
    """

    def __init__(self, window: int = 11, **kwargs):
        super().__init__(**kwargs)
        if window % 2 != 1:
            raise ValueError(f"window must be odd; received {window}")
        self.window = window

    def call(self, images):
        """Split (batch, height, width, channels) into base and detail."""
        base = box_mean(images, self.window // 2, "reflect")
        return base, images - base

    def compute_output_shape(self, input_shape):
        """Twice the input's shape."""
        return input_shape, input_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "window": self.window}
