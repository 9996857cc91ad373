"""The l1-norm rule: the more active code weighs more."""

from keras import ops

from cscfuse_keras.fusion.ratio import share
from cscfuse_keras.layers.box_filter import box_mean


def activity(code):
    """3x3 mean (zeros beyond the border, always divided by 9) of the sum over channels of |code|.

    Args:
        code: tensor (batch, height, width, channels).

    Returns:
        Tensor (batch, height, width, 1).
    """
    return box_mean(ops.sum(ops.abs(code), axis=-1, keepdims=True), 1, "zeros")


def l1_norm(first, second):
    """Weighted mean of two codes, weights by their local l1 norm (Li and Wu 2019, DenseFuse).

    Args:
        first: code (batch, height, width, channels).
        second: code of the same shape.

    Returns:
        Merged code of the same shape. Where neither code is active, both weigh one half.
    """
    weight = share(activity(first), activity(second))
    return weight * first + (1 - weight) * second
