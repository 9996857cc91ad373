"""The guided filter: smoothing that follows the edges of another image."""

import keras

from cscfuse_keras.layers.box_filter import BOX_BORDERS, box_mean


def linear_coefficients(guide, source, radius: int, epsilon: float, border: str):
    """Slope and offset of the least-squares line from guide to source in the window around each pixel.

    Returns:
        `(slope, offset)`, each of the shape of `source` (He et al. 2010, eq. 5 and 6), not averaged.
    """
    mean_guide = box_mean(guide, radius, border)
    mean_source = box_mean(source, radius, border)
    covariance = box_mean(guide * source, radius, border) - mean_guide * mean_source
    variance = box_mean(guide * guide, radius, border) - mean_guide * mean_guide
    slope = covariance / (variance + epsilon)
    return slope, mean_source - slope * mean_guide


def guided_filter(guide, source, radius: int, epsilon: float, border: str = "symmetric"):
    """Filter `source` so that it follows the edges of `guide`, channel by channel (He, Sun, Tang 2010).

    Args:
        guide: tensor (batch, height, width, channels), or one channel for all of the source's.
        source: tensor (batch, height, width, channels).
        radius: half side of the window, in pixels.
        epsilon: regularisation, in units of the guide squared.
        border: see `box_mean`; `"symmetric"` equals `cv2.ximgproc.guidedFilter`.

    Returns:
        Tensor of the shape of `source`.
    """
    slope, offset = linear_coefficients(guide, source, radius, epsilon, border)
    return box_mean(slope, radius, border) * guide + box_mean(offset, radius, border)


@keras.saving.register_keras_serializable("cscfuse_keras")
class GuidedFilter(keras.layers.Layer):
    """Layer form of `guided_filter`; call it with guide and source.

    Args:
        radius: half side of the window, in pixels.
        epsilon: regularisation, in units of the guide squared.
        border: see `box_mean`.
    """

    def __init__(self, radius: int, epsilon: float, border: str = "symmetric", **kwargs):
        super().__init__(**kwargs)
        if border not in BOX_BORDERS:
            raise ValueError(f"border must be one of {', '.join(BOX_BORDERS)}; received {border!r}")
        self.radius = radius
        self.epsilon = epsilon
        self.border = border

    def call(self, guide, source):
        """Filter `source` (batch, height, width, channels) along `guide`."""
        return guided_filter(guide, source, self.radius, self.epsilon, self.border)

    def compute_output_shape(self, guide_shape, source_shape):
        """Shape of the source."""
        return source_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {
            **super().get_config(),
            "radius": self.radius,
            "epsilon": self.epsilon,
            "border": self.border,
        }
