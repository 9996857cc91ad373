"""Line fits of the fast guided filter on the host: `cscfuse_keras.layers.fast_guided_filter.local_lines` of an image."""

import numpy as np


def local_lines(guide: np.ndarray, source: np.ndarray, radius: int, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Slope and offset of the least-squares line from guide to source in the window, cut at the border, of each pixel.

    Args:
        guide: float32 array (height, width, channels).
        source: float32 array of the same shape.
        radius: half side of the window, in pixels.
        epsilon: regularisation, in units of the guide squared.

    Returns:
        `(slope, offset)`, each of the shape of `source`, not averaged.
    """
    variance = covariance = np.zeros_like(guide[:1, :1])
    for axis in (0, 1):
        inside = _shifted(np.ones_like(guide[..., :1]), axis, radius)
        guides, sources = _shifted(guide, axis, radius), _shifted(source, axis, radius)
        count = sum(inside)
        guide, source = sum(guides) / count, sum(sources) / count
        squares = products = np.float32(0)
        for present, guide_values, source_values in zip(inside, guides, sources, strict=True):
            deviation = present * (guide_values - guide)
            squares, products = squares + deviation * deviation, products + deviation * (source_values - source)
        if axis == 1:
            squares = squares + sum(_shifted(variance, axis, radius))
            products = products + sum(_shifted(covariance, axis, radius))
        variance, covariance = squares / count, products / count
    slope = covariance / (variance + np.float32(epsilon))
    return slope, source - slope * guide


def _shifted(image, axis, radius):
    """The 2 radius + 1 neighbours of each sample along an axis; zeros beyond the border."""
    widths = [(0, 0)] * 3
    widths[axis] = (radius, radius)
    padded, length = np.pad(image, widths), image.shape[axis]
    return [padded[(slice(None),) * axis + (slice(k, k + length),)] for k in range(2 * radius + 1)]
