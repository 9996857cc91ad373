"""Two images blended in their Laplacian pyramids, and pixel by pixel, by weights that need not sum to one.

What is decoded from codes is added to each band: of codes with thresholds it is detail without noise.
"""

import keras
from keras import ops

from cscfuse_keras.layers.pyramid import double

SOFTNESS = 0.09
"""Distance from black and white within which `limit_softly` bends, in shares of the range."""

DETAIL_SCALE = 0.25
"""Brightness that one unit of a detail map adds."""

LARGEST_SPREAD = 0.36
"""Root mean square of an image about mid-grey above which its contrast is lowered, so that little of it is lost."""


def band_weights(maps):
    """Weights in (0, 2) of the two images' bands, 1 where the maps are 0: so the start is the sum of both images."""
    return 2 * ops.sigmoid(maps)


def pixel_weights(maps):
    """Weights in (-1, 1) of the two images' pixels, 0 where the maps are 0."""
    return ops.tanh(maps)


def with_contrast(deviation, contrast: float):
    """Deviations from mid-grey (batch, height, width, 1) times a factor, lowered to `LARGEST_SPREAD` image by image."""
    spread = ops.sqrt(ops.mean(ops.square(deviation), axis=(1, 2, 3), keepdims=True))
    return ops.minimum(contrast, LARGEST_SPREAD / ops.maximum(spread, 1e-6)) * deviation


def limit_softly(image):
    """Image brought into (0, 1): unchanged inside, bent near black and white, where nothing is lost as by clipping."""
    image = image / SOFTNESS
    return SOFTNESS * (ops.softplus(image) - ops.softplus(image - 1 / SOFTNESS))


def blended_band(band, maps):
    """Weighted sum of two images' bands, and decoded detail.

    Args:
        band: tensor (batch, height, width, 2).
        maps: tensor (batch, height, width, 3): two for `band_weights`, and the detail, which counts `DETAIL_SCALE`.

    Returns:
        Tensor (batch, height, width, 1).
    """
    return ops.sum(band_weights(maps[..., :2]) * band, axis=-1, keepdims=True) + DETAIL_SCALE * maps[..., 2:]


def weighted_sum(levels, maps, pixel_maps):
    """What `blend_pair` adds to mid-grey, before contrast and soft limits; linear in levels less mid-grey, and detail.

    Arguments are those of `blend_pair`.

    Returns:
        Tensor (batch, height, width, 1).
    """
    levels, maps = ([ops.convert_to_tensor(part) for part in parts] for parts in (levels, maps))
    fused = blended_band(levels[-1] - 0.5, maps[-1])
    for k in reversed(range(len(levels) - 1)):
        height, width = ops.shape(levels[k])[1:3]
        band = levels[k] - double(levels[k + 1], height, width)
        fused = double(fused, height, width) + blended_band(band, maps[k])
    return fused + ops.sum(pixel_weights(ops.convert_to_tensor(pixel_maps)) * (levels[0] - 0.5), axis=-1, keepdims=True)


def blend_pair(levels, maps, pixel_maps, contrast: float = 1.0):
    """Weighted sum of two images' Laplacian pyramids about mid-grey, put together to one image, and of their pixels.

    Bands carry detail across; weights of pixels can choose one image sharply, as a maximum does, which bands cannot.

    Args:
        levels: Gaussian pyramid of both images, finest first, each (batch, height, width, 2) in [0, 1].
        maps: for each level a tensor (batch, height, width, 3) for `blended_band`; the coarsest band is the coarsest
            level less mid-grey.
        pixel_maps: tensor of the finest level's shape, whose `pixel_weights` weigh the images' pixels, less mid-grey.
        contrast: factor on the result's distance from mid-grey, as far as `LARGEST_SPREAD` allows, before its ends are
            bent.

    Returns:
        Tensor (batch, height, width, 1) in (0, 1).
    """
    fused = weighted_sum(levels, maps, pixel_maps)
    return limit_softly(0.5 + with_contrast(fused, contrast))


@keras.saving.register_keras_serializable("cscfuse_keras")
class BlendPair(keras.layers.Layer):
    """Layer form of `blend_pair`; call it with the lists of levels and maps, and the pixel maps."""

    def __init__(self, contrast: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.contrast = contrast

    def call(self, levels, maps, pixel_maps):
        """Blend to (batch, height, width, 1)."""
        return blend_pair(levels, maps, pixel_maps, self.contrast)

    def compute_output_shape(self, levels_shape, maps_shape, pixel_maps_shape):
        """Shape of the finest level, one channel."""
        return (*levels_shape[0][:-1], 1)

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "contrast": self.contrast}
