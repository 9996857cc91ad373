"""Exposures blended in their Laplacian pyramids, as a Keras layer."""

import keras
from keras import ops

from cscfuse_keras.fusion.exposure_weights import EXPOSURE_AXIS, exposure_weights
from cscfuse_keras.layers.pyramid import double


def blend_pyramids(levels, maps, detail_gain: float = 1.0):
    """Weighted sum of the exposures' Laplacian pyramids, put together to one image.

    Each band has weights of its own, so that no weight has to change as fast as the finest detail does (Mertens, Kautz,
    Van Reeth, Exposure Fusion, 2007, with learned weights).

    Args:
        levels: Gaussian pyramids of the exposures, finest first, each (batch, exposures, height, width, channels).
        maps: for each level a tensor (batch, exposures, height, width, 1), whose softmax weighs its band.
        detail_gain: factor on the finest band.

    Returns:
        Tensor (batch, height, width, channels).
    """
    levels, maps = ([ops.convert_to_tensor(part) for part in parts] for parts in (levels, maps))
    fused = None
    for k in reversed(range(len(levels))):
        band = levels[k]
        if fused is not None:
            height, width, channels = ops.shape(band)[2:]
            fused = double(fused, height, width)
            coarser = ops.reshape(levels[k + 1], (-1, *ops.shape(levels[k + 1])[2:]))
            band = band - ops.reshape(double(coarser, height, width), (-1, ops.shape(band)[1], height, width, channels))
        blended = ops.sum(exposure_weights(maps[k]) * band, axis=EXPOSURE_AXIS)
        if k == 0 and fused is not None:
            blended = detail_gain * blended
        fused = blended if fused is None else fused + blended
    return fused


@keras.saving.register_keras_serializable("cscfuse_keras")
class BlendPyramids(keras.layers.Layer):
    """Layer form of `blend_pyramids`; call it with the list of levels and the list of maps."""

    def __init__(self, detail_gain: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.detail_gain = detail_gain

    def call(self, levels, maps):
        """Blend to (batch, height, width, channels)."""
        return blend_pyramids(levels, maps, self.detail_gain)

    def compute_output_shape(self, levels_shape, maps_shape):
        """Shape of the finest level without the exposures."""
        batch, _, *image_shape = levels_shape[0]
        return (batch, *image_shape)

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "detail_gain": self.detail_gain}
