"""Convolution that keeps the image size by extending the border instead of adding zeros."""

import keras
from keras import ops

from cscfuse_keras.layers.padding import BORDERS, pad_image


@keras.saving.register_keras_serializable("cscfuse_keras")
class PaddedConv2D(keras.layers.Layer):
    """2-D cross-correlation with a border of the caller's choice; height and width are kept.

    With few filters (`filters * kernel_size**2 <= input channels`) the convolution is evaluated as a 1x1 convolution to
    one map per kernel tap, followed by a sum of shifted maps. The result is the same up to rounding; the many-channel
    input is read once and never padded.

    Args:
        filters: number of output channels.
        kernel_size: odd side of the square kernel.
        dilation: distance between kernel taps, in pixels.
        border: `"reflect"` (the edge pixel is not repeated), `"symmetric"`, `"edge"` or `"zeros"`.
        use_bias: add a bias per output channel.
        kernel_initializer: initial kernel; by default uniform in +-1/sqrt(fan in).

    Input shape: (batch, height, width, channels). Output shape: (batch, height, width, filters).
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        dilation: int = 1,
        border: str = "reflect",
        use_bias: bool = False,
        kernel_initializer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if kernel_size % 2 != 1:
            raise ValueError(f"kernel_size must be odd, so that the size is kept; received {kernel_size}")
        if border not in BORDERS:
            raise ValueError(f"border must be one of {', '.join(BORDERS)}; received {border!r}")
        self.filters = filters
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.border = border
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(
            kernel_initializer or keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
        )

    def build(self, input_shape):
        """Create kernel (kernel_size, kernel_size, channels, filters) and bias (filters,)."""
        self.kernel = self.add_weight(
            shape=(self.kernel_size, self.kernel_size, input_shape[-1], self.filters),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, images):
        """Convolve (batch, height, width, channels) to (batch, height, width, filters)."""
        taps = self.kernel_size**2
        if taps > 1 and taps * self.filters <= self.kernel.shape[2]:
            result = self._sum_of_shifted_taps(images)
        else:
            padded = pad_image(images, self._radius, self.border)
            result = ops.conv(padded, self.kernel, padding="valid", dilation_rate=self.dilation)
        return result + self.bias if self.use_bias else result

    @property
    def _radius(self):
        return self.dilation * (self.kernel_size - 1) // 2

    def _sum_of_shifted_taps(self, images):
        side, channels = self.kernel_size, self.kernel.shape[2]
        taps = ops.reshape(ops.transpose(self.kernel, (2, 0, 1, 3)), (1, 1, channels, side * side * self.filters))
        maps = pad_image(ops.conv(images, taps, padding="valid"), self._radius, self.border)
        total = None
        for row in range(side):
            for column in range(side):
                first = (row * side + column) * self.filters
                shifted = maps[
                    :,
                    _window(row * self.dilation, self._radius),
                    _window(column * self.dilation, self._radius),
                    first : first + self.filters,
                ]
                total = shifted if total is None else total + shifted
        return total

    def compute_output_shape(self, input_shape):
        """Same height and width, `filters` channels."""
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "dilation": self.dilation,
            "border": self.border,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _window(offset: int, radius: int) -> slice:
    """Slice of a padded axis that starts at `offset` and has the unpadded length."""
    return slice(offset, offset - 2 * radius or None)
