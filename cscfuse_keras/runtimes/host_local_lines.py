"""Line fits of the fast guided filter on the host; see `cscfuse_keras.layers.fast_guided_filter.local_lines`."""

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
    zeros = np.zeros_like(guide)
    guide, source, variance, covariance = _line_sums(guide, source, zeros, zeros, 0, radius)
    guide, source, variance, covariance = _line_sums(guide, source, variance, covariance, 1, radius)
    slope = covariance / (variance + np.float32(epsilon))
    return slope, source - slope * guide


def _line_sums(guide, source, variance, covariance, axis, radius):
    """Means, variance and covariance in windows along an axis, of samples that have these themselves."""
    inside = _shifted(np.ones_like(guide[..., :1]), axis, radius)
    guides, sources = _shifted(guide, axis, radius), _shifted(source, axis, radius)
    count = np.sum(inside, axis=0)
    guide, source = np.sum(guides, axis=0) / count, np.sum(sources, axis=0) / count
    variance, covariance = (np.sum(_shifted(part, axis, radius), axis=0) for part in (variance, covariance))
    for present, guide_values, source_values in zip(inside, guides, sources, strict=True):
        deviation = present * (guide_values - guide)
        variance += deviation * deviation
        covariance += deviation * (source_values - source)
    return guide, source, variance / count, covariance / count


def _shifted(image, axis, radius):
    """The 2 radius + 1 neighbours of each sample along an axis; zeros beyond the border."""
    widths = [(0, 0)] * 3
    widths[axis] = (radius, radius)
    padded, length = np.pad(image, widths), image.shape[axis]
    return [padded[(slice(None),) * axis + (slice(k, k + length),)] for k in range(2 * radius + 1)]
