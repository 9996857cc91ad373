"""Mutual information of a fused image and its sources, as a differentiable term."""

from keras import ops

_TINY = 1e-9


def mutual_information(fused, sources, bins: int = 32, step: int = 2):
    """Mutual information of the fused image with each source, in nats.

    Grey levels are shared linearly between the two nearest bins, so that histograms have a gradient.

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1].
        sources: tensor (batch, height, width, sources) in [0, 1].
        bins: of each histogram.
        step: every `step`-th row and column is counted.

    Returns:
        Tensor (batch, sources), from 0 up.
    """
    fused = _memberships(fused[:, ::step, ::step], bins)
    share = 1 / ops.cast(ops.shape(fused)[1], fused.dtype)
    information = []
    for k in range(sources.shape[-1]):
        source = _memberships(sources[:, ::step, ::step, k : k + 1], bins)
        joint = share * ops.matmul(ops.transpose(fused, (0, 2, 1)), source)
        own = _entropy(ops.sum(joint, axis=2)) + _entropy(ops.sum(joint, axis=1))
        information.append(own - ops.sum(_entropy(joint), axis=1))
    return ops.stack(information, axis=-1)


def _memberships(image, bins):
    """Share (batch, pixels, bins) of each bin in each pixel."""
    shape = ops.shape(image)
    place = ops.reshape(image, (shape[0], shape[1] * shape[2], 1)) * (bins - 1)
    return ops.relu(1 - ops.abs(place - ops.arange(bins, dtype=place.dtype)))


def _entropy(shares):
    return -ops.sum(shares * ops.log(shares + _TINY), axis=-1)
