"""Differentiable terms on the brightness of a fused image: contrast, tone, noise, what each source adds."""

from keras import ops

from cscfuse_keras.layers.pyramid import halve
from cscfuse_keras.losses.gaussian_blur import gaussian_blur

_TINY = 1e-6


def correlations_of_differences(fused, sources):
    """SCD: corr(F - B, A) + corr(F - A, B) of each image (Aslantas and Bendes, 2015).

    Args:
        fused: tensor (batch, height, width, 1).
        sources: tensor (batch, height, width, 2), A and B.

    Returns:
        Tensor (batch,) in [-2, 2].
    """
    fused, sources = ops.convert_to_tensor(fused), ops.convert_to_tensor(sources)
    first, second = sources[..., :1], sources[..., 1:]
    return _correlation(fused - second, first) + _correlation(fused - first, second)


def missing_contrast(fused, sources, share: float = 1.1):
    """How far the fused image's standard deviation stays below a share of that of the sources' sum, uncorrelated.

    Args:
        fused: tensor (batch, height, width, 1).
        sources: tensor (batch, height, width, sources).
        share: contrast asked for.

    Returns:
        Tensor (batch,) in [0, share].
    """
    wanted = ops.sqrt(ops.sum(ops.var(sources, axis=(1, 2)), axis=-1) + _TINY)
    return ops.relu(share - ops.sqrt(ops.var(fused, axis=(1, 2, 3)) + _TINY) / wanted)


def brightest_distance(fused, sources):
    """Mean distance from the brighter source: tensor (batch,), from 0 up."""
    fused = ops.convert_to_tensor(fused)
    return ops.mean(ops.abs(fused - ops.max(sources, axis=-1, keepdims=True)), axis=(1, 2, 3))


def near_clipping(fused, margin: float = 0.02):
    """Mean excess over [margin, 1 - margin], in margins: tensor (batch,), from 0 up."""
    return ops.mean(ops.relu(fused - (1 - margin)) + ops.relu(margin - fused), axis=(1, 2, 3)) / margin


def noise_in_flat_areas(fused, sources, flat: float = 6 / 255):
    """Local deviation beyond that of the calmer source, where no source has structure; in grey levels of 255.

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1].
        sources: tensor (batch, height, width, sources) in [0, 1].
        flat: local deviation above which an area counts as structure, softly.

    Returns:
        Tensor (batch,), from 0 up; 0 where nothing is flat.
    """
    deviation, fused_deviation = _local_deviation(sources), _local_deviation(fused)
    flatness = ops.exp(-ops.square(ops.max(deviation, axis=-1, keepdims=True) / flat))
    excess = ops.relu(fused_deviation - ops.min(deviation, axis=-1, keepdims=True))
    # The constant keeps a few flat pixels in a crop full of structure from counting like a sky.
    return 255 * ops.sum(flatness * excess, axis=(1, 2, 3)) / (ops.sum(flatness, axis=(1, 2, 3)) + 100)


def unevenness(fused, sources, scales=(2, 3)):
    """`noise_in_flat_areas` of pictures halved so many times, summed: glow and blotches on ground that is even.

    Halving averages noise away, so that what is left is brightness that spreads from somewhere else.

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1].
        sources: tensor (batch, height, width, sources) in [0, 1].
        scales: numbers of halvings, ascending.

    Returns:
        Tensor (batch,), from 0 up.
    """
    total = 0
    for scale in range(1, max(scales) + 1):
        fused, sources = halve(fused), halve(sources)
        if scale in scales:
            total += noise_in_flat_areas(fused, sources)
    return total


def _local_deviation(images):
    images = ops.convert_to_tensor(images)
    images = images - ops.mean(images, axis=(1, 2), keepdims=True)  # less to cancel below
    mean = gaussian_blur(images, 5, 1.2)
    return ops.sqrt(ops.relu(gaussian_blur(images * images, 5, 1.2) - mean * mean) + _TINY)


def _correlation(first, second):
    first = first - ops.mean(first, axis=(1, 2, 3), keepdims=True)
    second = second - ops.mean(second, axis=(1, 2, 3), keepdims=True)
    power = ops.mean(first * first, axis=(1, 2, 3)) * ops.mean(second * second, axis=(1, 2, 3))
    return ops.mean(first * second, axis=(1, 2, 3)) / ops.sqrt(power + _TINY**2)
