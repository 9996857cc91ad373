"""How well the sources' edges survive in a fused image, as differentiable terms."""

import math

from keras import ops

from cscfuse_keras.losses.sobel_gradients import sobel_gradients

# An eighth of a grey level of 255: edges below have no orientation.
_SMALLEST = 1 / (8 * 255)
# Keeps the root's gradient finite in flat images.
_TINY = 1e-4


def edge_preservation(fused, sources):
    """Q^AB/F of Xydeas and Petrovic (2000), L = 1, with reflected borders and orientations between 0 and pi/2.

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1].
        sources: tensor (batch, height, width, sources) in [0, 1].

    Returns:
        Tensor (batch,) in [0, 1).
    """
    (fused_across, fused_down), (across, down) = sobel_gradients(fused), sobel_gradients(sources)
    fused_strength, strength = _strength(fused_across, fused_down), _strength(across, down)
    ratio = ops.minimum(fused_strength, strength) / ops.maximum(fused_strength, strength)
    sine = ops.abs(fused_across * down - fused_down * across) / (fused_strength * strength)
    # Beyond 0.999 the arc sine's gradient grows without limit.
    agreement = 1 - ops.arcsin(ops.clip(sine, 0, 0.999)) / (math.pi / 2)
    preserved = 0.9994 * ops.sigmoid(15 * (ratio - 0.5)) * 0.9879 * ops.sigmoid(22 * (agreement - 0.8))
    return ops.sum(preserved * strength, axis=(1, 2, 3)) / ops.sum(strength, axis=(1, 2, 3))


def strongest_edge_distance(fused, sources, gain: float = 1.0):
    """Mean distance of the fused gradient from `gain` times that of the source that has the stronger one there.

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1].
        sources: tensor (batch, height, width, sources) in [0, 1].
        gain: sharpness asked for.

    Returns:
        Tensor (batch,), from 0 up.
    """
    (fused_across, fused_down), (across, down) = sobel_gradients(fused), sobel_gradients(sources)
    strength = across * across + down * down
    strongest = ops.cast(strength >= ops.max(strength, axis=-1, keepdims=True), strength.dtype)
    strongest = strongest / ops.sum(strongest, axis=-1, keepdims=True)
    wanted = [gain * ops.sum(strongest * part, axis=-1, keepdims=True) for part in (across, down)]
    return ops.mean(ops.abs(fused_across - wanted[0]) + ops.abs(fused_down - wanted[1]), axis=(1, 2, 3))


def missing_sharpness(fused, sources, share: float = 1.2):
    """How far the fused image's spatial frequency stays below a share of that of the stronger sources, place by place.

    Args:
        fused: tensor (batch, height, width, 1).
        sources: tensor (batch, height, width, sources).
        share: sharpness asked for.

    Returns:
        Tensor (batch,) in [0, share].
    """
    return ops.relu(share - spatial_frequency(fused) / spatial_frequency(sources))


def spatial_frequency(images):
    """Root mean square of differences of neighbours, of the image that has the larger one there.

    Args:
        images: tensor (batch, height, width, images).

    Returns:
        Tensor (batch,).
    """
    images = ops.convert_to_tensor(images)
    differences = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    powers = [ops.mean(ops.max(ops.square(part), axis=-1), axis=(1, 2)) for part in differences]
    return ops.sqrt(sum(powers) + _TINY**2)


def _strength(across, down):
    return ops.sqrt(across * across + down * down + _SMALLEST**2)
