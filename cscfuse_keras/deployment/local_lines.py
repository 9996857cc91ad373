"""Line fits of the fast guided filter, whoever computes them."""

import functools
import operator

import numpy as np

from cscfuse_keras.deployment.operations import Images, Operations


def local_lines(
    operations: Operations, guide: Images, source: Images, radius: int, epsilon: float
) -> tuple[Images, Images]:
    """Slope and offset of the least-squares line from guide to source in the window around each pixel.

    The numbers of `cscfuse_keras.layers.fast_guided_filter.local_lines`, by mean squared deviations like there.

    Args:
        operations: who computes.
        guide: images.
        source: images of the same shape.
        radius: half side of the window, in pixels; windows are cut at the border.
        epsilon: regularisation, in units of the guide squared.
    """
    ones, variance, covariance = operations.ones(guide), None, None
    for axis in (0, 1):
        inside = operations.neighbours(ones, axis, radius)
        count = _total(inside)
        guides, sources = (operations.neighbours(images, axis, radius) for images in (guide, source))
        guide, source = _total(guides) / count, _total(sources) / count
        deviations = [(values - guide) * present for present, values in zip(inside, guides, strict=True)]
        squares = [each * each for each in deviations]
        products = [each * (values - source) for each, values in zip(deviations, sources, strict=True)]
        if variance is not None and covariance is not None:
            squares += operations.neighbours(variance, axis, radius)
            products += operations.neighbours(covariance, axis, radius)
        variance, covariance = _total(squares) / count, _total(products) / count
    slope = covariance / (variance + np.array(epsilon, np.float32))
    return slope, source - slope * guide


def _total(images):
    return functools.reduce(operator.add, images)
