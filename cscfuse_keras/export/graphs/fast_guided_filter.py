"""The fast guided filter by TensorFlow: the numbers of `cscfuse_keras.layers.fast_guided_filter` up to rounding."""

import functools
import operator

import tensorflow as tf

from cscfuse_keras.export.graphs.resize import enlarge


def fast_guided_filter(low_guide, source, guide, radius: int, epsilon: float, scale: int, grid: str):
    """See `cscfuse_keras.layers.fast_guided_filter.fast_guided_filter`."""
    slope, offset = _local_lines(low_guide, source, radius, epsilon)
    return enlarge(slope, scale, grid) * guide + enlarge(offset, scale, grid)


def _local_lines(guide, source, radius, epsilon):
    variance = covariance = None
    for axis in (1, 2):
        inside = _shifted(_ones(guide, axis), axis, radius)
        guides, sources = _shifted(guide, axis, radius), _shifted(source, axis, radius)
        count = _total(inside)
        guide, source = _total(guides) / count, _total(sources) / count
        deviations = [present * (values - guide) for present, values in zip(inside, guides, strict=True)]
        squares = _total(deviation * deviation for deviation in deviations)
        products = _total(deviation * (values - source) for deviation, values in zip(deviations, sources, strict=True))
        if variance is not None:
            squares += _total(_shifted(variance, axis, radius))
            products += _total(_shifted(covariance, axis, radius))
        variance, covariance = squares / count, products / count
    slope = covariance / (variance + epsilon)
    return slope, source - slope * guide


def _ones(images, axis):
    """Ones of the length of an axis, of one sample along the others; no shape is computed."""
    first = [slice(0, 1)] * 4
    first[axis] = slice(None)
    return 0 * images[tuple(first)] + 1


def _total(images):
    # Unlike AddN, LiteRT runs sums of two on all threads.
    return functools.reduce(operator.add, images)


def _shifted(images, axis, radius):
    """The 2 radius + 1 neighbours of each sample along an axis; zeros beyond the border."""
    widths = [[0, 0]] * 4
    widths[axis] = [radius, radius]
    padded, index = tf.pad(images, widths), (slice(None),) * axis
    return [padded[(*index, slice(k, (k - 2 * radius) or None))] for k in range(2 * radius + 1)]
