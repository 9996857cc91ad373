"""Luma and chroma: the colour transform between RGB and YCbCr (BT.601, full range)."""

import keras
from keras import ops


def rgb_to_luma(rgb):
    """Y = 0.299 R + 0.587 G + 0.114 B of a (..., 3) tensor, shape (..., 1)."""
    red, green, blue = _channels(rgb)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def rgb_to_ycbcr(rgb):
    """Luma and chroma of RGB.

    Sums of channels, not a matrix product, which accelerators may evaluate with fewer digits.

    Args:
        rgb: tensor (..., 3) in [0, 1].

    Returns:
        Tensor (..., 3): Y in [0, 1], Cb and Cr in [0, 1] with 0.5 for grey.
    """
    red, green, blue = _channels(rgb)
    blue_difference = 0.5 - 0.168736 * red - 0.331264 * green + 0.5 * blue
    red_difference = 0.5 + 0.5 * red - 0.418688 * green - 0.081312 * blue
    return ops.concatenate([rgb_to_luma(rgb), blue_difference, red_difference], axis=-1)


def ycbcr_to_rgb(ycbcr):
    """RGB of luma and chroma, the inverse of `rgb_to_ycbcr` up to the rounding of its coefficients (5e-7).

    Args:
        ycbcr: tensor (..., 3).

    Returns:
        Tensor (..., 3), not clipped: luma and chroma that were merged separately can leave [0, 1].
    """
    luma, blue_difference, red_difference = _channels(ycbcr)
    blue_difference, red_difference = blue_difference - 0.5, red_difference - 0.5
    red = luma + 1.402 * red_difference
    green = luma - 0.344136 * blue_difference - 0.714136 * red_difference
    blue = luma + 1.772 * blue_difference
    return ops.concatenate([red, green, blue], axis=-1)


def _channels(images):
    return images[..., 0:1], images[..., 1:2], images[..., 2:3]


@keras.saving.register_keras_serializable("cscfuse_keras")
class RGBToYCbCr(keras.layers.Layer):
    """Layer form of `rgb_to_ycbcr`. Input and output shape: (..., 3)."""

    def call(self, rgb):
        """Transform (..., 3)."""
        return rgb_to_ycbcr(rgb)

    def compute_output_shape(self, input_shape):
        """Same shape."""
        return input_shape


@keras.saving.register_keras_serializable("cscfuse_keras")
class YCbCrToRGB(keras.layers.Layer):
    """Layer form of `ycbcr_to_rgb`. Input and output shape: (..., 3)."""

    def call(self, ycbcr):
        """Transform (..., 3)."""
        return ycbcr_to_rgb(ycbcr)

    def compute_output_shape(self, input_shape):
        """Same shape."""
        return input_shape
