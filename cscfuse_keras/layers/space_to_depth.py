"""Squares of pixels as channels of one pixel, and back."""

import keras
from keras import ops


def space_to_depth(images, scale: int):
    """Each square of scale x scale pixels becomes one pixel.

    Args:
        images: tensor (batch, height, width, channels); height and width are multiples of `scale`.
        scale: side of the squares, in pixels.

    Returns:
        Tensor (batch, height / scale, width / scale, scale^2 channels): all channels of the first pixel of the square,
        then of the next one in its row.
    """
    shape = ops.shape(images)
    batch, height, width, channels = shape[0], shape[1], shape[2], shape[3]
    squares = ops.reshape(images, (batch, height // scale, scale, width // scale, scale, channels))
    return ops.reshape(
        ops.transpose(squares, (0, 1, 3, 2, 4, 5)), (batch, height // scale, width // scale, scale**2 * channels)
    )


def depth_to_space(images, scale: int):
    """The inverse of `space_to_depth`.

    Args:
        images: tensor (batch, height, width, scale^2 channels).
        scale: side of the squares, in pixels.

    Returns:
        Tensor (batch, scale * height, scale * width, channels).
    """
    shape = ops.shape(images)
    batch, height, width, channels = shape[0], shape[1], shape[2], shape[3] // scale**2
    pixels = ops.reshape(images, (batch, height, width, scale, scale, channels))
    return ops.reshape(ops.transpose(pixels, (0, 1, 3, 2, 4, 5)), (batch, scale * height, scale * width, channels))


@keras.saving.register_keras_serializable("cscfuse_keras")
class SpaceToDepth(keras.layers.Layer):
    """Layer form of `space_to_depth`.

    Args:
        scale: side of the squares, in pixels.
    """

    def __init__(self, scale: int, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, images):
        """Squares of (batch, height, width, channels) as pixels."""
        return space_to_depth(images, self.scale)

    def compute_output_shape(self, input_shape):
        """Height and width divided, channels multiplied."""
        sides = [None if side is None else side // self.scale for side in input_shape[1:3]]
        return (input_shape[0], *sides, self.scale**2 * input_shape[3])

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("cscfuse_keras")
class DepthToSpace(keras.layers.Layer):
    """Layer form of `depth_to_space`.

    Args:
        scale: side of the squares, in pixels.
    """

    def __init__(self, scale: int, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, images):
        """Pixels of (batch, height, width, channels) as squares."""
        return depth_to_space(images, self.scale)

    def compute_output_shape(self, input_shape):
        """Height and width multiplied, channels divided."""
        sides = [None if side is None else side * self.scale for side in input_shape[1:3]]
        return (input_shape[0], *sides, input_shape[3] // self.scale**2)

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "scale": self.scale}
