"""The fast guided filter: a guided filter whose line fits are made at low resolution."""

import keras
from keras import ops

from cscfuse_keras.layers.padding import pad_axis
from cscfuse_keras.layers.resize import GRIDS, enlarge


def neighbours(images, axis, radius):
    """The 2 radius + 1 neighbours of each sample along an axis; zeros beyond the border."""
    padded, index = pad_axis(images, axis, radius, "zeros"), (slice(None),) * axis
    return [padded[(*index, slice(k, (k - 2 * radius) or None))] for k in range(2 * radius + 1)]


def local_lines(guide, source, radius: int, epsilon: float):
    """Slope and offset of the least-squares line from guide to source in the window around each pixel.

    Windows are cut at the border. Variances are means of squared deviations, taken along one axis and then along the
    other (a variance is the mean of the rows' variances plus the variance of the rows' means): unlike with
    E(v^2) - E(v)^2 no digits cancel, and epsilon may be small beside the squared codes.

    Args:
        guide: tensor (batch, height, width, channels), or one channel for all.
        source: tensor (batch, height, width, channels).
        radius: half side of the window, in pixels.
        epsilon: regularisation, in units of the guide squared.

    Returns:
        `(slope, offset)`, each of the shape of `source` (He et al. 2010, eq. 5 and 6), not averaged.
    """
    variance, covariance = 0.0, 0.0
    for axis in (1, 2):
        inside = neighbours(ops.ones_like(guide[:1, :, :, :1]), axis, radius)
        guides, sources = neighbours(guide, axis, radius), neighbours(source, axis, radius)
        count = sum(inside)
        guide, source = sum(guides) / count, sum(sources) / count
        deviations = [present * (values - guide) for present, values in zip(inside, guides, strict=True)]
        squares = sum(deviation * deviation for deviation in deviations)
        products = sum(deviation * (values - source) for deviation, values in zip(deviations, sources, strict=True))
        if axis == 2:
            squares = squares + sum(neighbours(variance, axis, radius))
            products = products + sum(neighbours(covariance, axis, radius))
        variance, covariance = squares / count, products / count
    slope = covariance / (variance + epsilon)
    return slope, source - slope * guide


def fast_guided_filter(low_guide, source, guide, radius: int, epsilon: float, scale: int, grid: str = "half_pixel"):
    """Lift `source` to the resolution of `guide`, channel by channel (He, Sun 2015; Zhao et al. 2023).

    A line from guide to source is fitted in each window at low resolution; its coefficients are enlarged and applied to
    the guide. Windows are cut at the border. As in the published network, the coefficients are not averaged again.

    Args:
        low_guide: the guide at low resolution, (batch, height, width, channels), or one channel for all.
        source: tensor (batch, height, width, channels).
        guide: the guide, (batch, scale * height, scale * width, channels), or one channel for all.
        radius: half side of the window, in pixels at low resolution.
        epsilon: regularisation, in units of the guide squared.
        scale: whole ratio of the two resolutions.
        grid: see `cscfuse_keras.layers.resize.enlarge`.

    Returns:
        Tensor (batch, scale * height, scale * width, channels).
    """
    slope, offset = local_lines(low_guide, source, radius, epsilon)
    return enlarge(slope, scale, grid) * guide + enlarge(offset, scale, grid)


@keras.saving.register_keras_serializable("cscfuse_keras")
class FastGuidedFilter(keras.layers.Layer):
    """Layer form of `fast_guided_filter`; call it with low-resolution guide, source and guide.

    Args:
        radius: half side of the window, in pixels at low resolution.
        epsilon: regularisation, in units of the guide squared.
        scale: whole ratio of the two resolutions.
        grid: one of `cscfuse_keras.layers.resize.GRIDS`.
    """

    def __init__(self, radius: int, epsilon: float, scale: int, grid: str = "half_pixel", **kwargs):
        super().__init__(**kwargs)
        if grid not in GRIDS:
            raise ValueError(f"grid must be one of {', '.join(GRIDS)}; received {grid!r}")
        self.radius = radius
        self.epsilon = epsilon
        self.scale = scale
        self.grid = grid

    def call(self, low_guide, source, guide):
        """Lift `source` (batch, height, width, channels) to the resolution of `guide`."""
        return fast_guided_filter(low_guide, source, guide, self.radius, self.epsilon, self.scale, self.grid)

    def compute_output_shape(self, low_guide_shape, source_shape, guide_shape):
        """Height and width of the guide, channels of the source."""
        return (*guide_shape[:-1], source_shape[-1])

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {
            **super().get_config(),
            "radius": self.radius,
            "epsilon": self.epsilon,
            "scale": self.scale,
            "grid": self.grid,
        }
