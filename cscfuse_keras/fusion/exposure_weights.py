"""How much each exposure of a scene counts: learned weights for luma, a fixed rule for chroma (Zhao et al. 2023)."""

from keras import ops

EXPOSURE_AXIS = 1
_NEUTRAL = 0.5
_TINY = 1e-8


def exposure_weights(maps):
    """Softmax over the exposures: positive weights that add up to 1 at every pixel.

    Args:
        maps: tensor (batch, exposures, height, width, 1), any values.

    Returns:
        Tensor of the same shape.
    """
    return ops.softmax(maps, axis=EXPOSURE_AXIS)


def merge_luma(luma, weights):
    """Weighted sum over the exposures.

    Args:
        luma: tensor (batch, exposures, height, width, 1).
        weights: tensor of the same shape.

    Returns:
        Tensor (batch, height, width, 1).
    """
    return ops.sum(weights * luma, axis=EXPOSURE_AXIS)


def merge_chroma(chroma):
    """Mean of Cb (and of Cr) over the exposures, each weighted by its distance from grey: |c - 0.5| + 1e-8.

    Where all exposures are grey the small constant alone weighs, all count the same, and the result is grey. Evaluated
    in float32 whatever the dtype given, since 1e-8 is 0 in float16.

    Args:
        chroma: tensor (batch, exposures, height, width, channels), 0.5 being grey.

    Returns:
        Tensor (batch, height, width, channels).
    """
    wide = ops.cast(chroma, "float32")
    distance = ops.abs(wide - _NEUTRAL) + _TINY
    merged = ops.sum(distance * wide, axis=EXPOSURE_AXIS) / ops.sum(distance, axis=EXPOSURE_AXIS)
    return ops.cast(merged, chroma.dtype)
