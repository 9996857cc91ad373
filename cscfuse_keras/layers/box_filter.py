"""Window sums and means whose cost hardly grows with the radius and which lose no digits."""

import keras
from keras import ops

from cscfuse_keras.layers.padding import pad_axis

BOX_BORDERS = ("symmetric", "reflect", "zeros", "cut")


def _window_sum(values, axis: int, window: int):
    """Sums of `window` neighbouring samples along an axis: partial sums of 1, 2, 4, ... samples, added as needed.

    About 2 log2(window) additions a sample. Nothing is subtracted, so unlike with differences of cumulative sums no
    float32 digit is lost.
    """

    def part(samples, first, drop):
        index = [slice(None)] * len(values.shape)
        index[axis] = slice(first, -drop or None)
        return samples[tuple(index)]

    # `partial` holds sums of `size` samples; its axis is size - 1 shorter than that of `values`.
    partial, size, total, used = values, 1, None, 0
    while True:
        if window & size:
            piece = part(partial, used, window - used - size)
            total = piece if total is None else total + piece
            used += size
        if used == window:
            return total
        partial = part(partial, 0, size) + part(partial, size, 0)
        size *= 2


def box_sum(images, radius: int, border: str = "zeros"):
    """Sum over the (2 radius + 1)^2 square around each pixel of a (batch, height, width, channels) tensor.

    Args:
        images: tensor (batch, height, width, channels).
        radius: half side of the square, in pixels.
        border: `"symmetric"`, `"reflect"` (see `border_index`), or `"zeros"`.
    """
    for axis in (1, 2):
        images = _window_sum(pad_axis(images, axis, radius, border), axis, 2 * radius + 1)
    return images


def box_mean(images, radius: int, border: str = "symmetric"):
    """Mean over the (2 radius + 1)^2 square around each pixel of a (batch, height, width, channels) tensor.

    Args:
        images: tensor (batch, height, width, channels).
        radius: half side of the square, in pixels.
        border: `"symmetric"` (edge pixel repeated; OpenCV's `BORDER_REFLECT`), `"reflect"` (not repeated), `"zeros"`
            (zeros count as samples), or `"cut"` (the square is cut at the border: only real pixels count).
    """
    if border == "cut":
        return box_sum(images, radius) / box_sum(ops.ones_like(images[:1, :, :, :1]), radius)
    return box_sum(images, radius, border) / (2 * radius + 1) ** 2


@keras.saving.register_keras_serializable("cscfuse_keras")
class BoxFilter(keras.layers.Layer):
    """Mean over a square window, channel by channel; see `box_mean`.

    Args:
        radius: half side of the window, in pixels: the window is (2 radius + 1)^2.
        border: one of `BOX_BORDERS`.

    Input and output shape: (batch, height, width, channels).
    """

    def __init__(self, radius: int, border: str = "reflect", **kwargs):
        super().__init__(**kwargs)
        if border not in BOX_BORDERS:
            raise ValueError(f"border must be one of {', '.join(BOX_BORDERS)}; received {border!r}")
        self.radius = radius
        self.border = border

    def call(self, images):
        """Filter (batch, height, width, channels)."""
        return box_mean(images, self.radius, self.border)

    def compute_output_shape(self, input_shape):
        """Same shape."""
        return input_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "radius": self.radius, "border": self.border}
