"""A fused infrared-visible picture by a fixed rule, for a network to start from: the stronger details."""

from keras import ops

from cscfuse_keras.fusion.blend_pair import limit_softly, with_contrast
from cscfuse_keras.layers.box_filter import box_mean
from cscfuse_keras.layers.pyramid import double, halve

LEVELS = 5

GAINS = (1.3, 1.2, 1.05, 1.0)
"""Of the bands, finest first: sharpness."""

RADIUS = 3
"""Of the window in which bands are compared, in pixels of their level."""

INFRARED_LEAD = 1.2
"""Logarithm of how much stronger the visible band has to be to count as much as the infrared one."""

STEEPNESS = 4.0
"""Of the choice of the stronger band: infinity takes it alone."""

WEAKER_SHARE = 0.3
"""Of the weaker band that is added to the stronger one."""

VISIBLE_BASE = (0.33, 0.6)
"""Weight of the visible base, the infrared one's being 1: where the infrared one has contrast, and where none."""

NOISE = 3 / 255
"""Mean magnitude of a band below which it counts as noise; there the calmer band is taken."""

NOISY_LEVELS = 3

CALM = 0.8
"""Factor on the calmer band in flat areas."""

CONTRAST = 1.15
"""Factor on the sum."""

_TINY = 1e-3


def blend_by_activity(sources):
    """Fuse by a rule without weights to train, after the pyramids of Burt and Adelson (1983).

    Each band is that of the locally stronger image, and some of the weaker one, infrared favoured; in flat areas of
    the fine levels that of the calmer one. The base is mostly infrared, so that warm targets keep their brightness and
    glare does not hide them.

    Args:
        sources: tensor (batch, height, width, 2) in [0, 1], infrared first.

    Returns:
        Tensor (batch, height, width, 1) in (0, 1).
    """
    levels = [ops.convert_to_tensor(sources)]
    for _ in range(LEVELS - 1):
        levels.append(halve(levels[-1]))
    base = levels[-1] - 0.5
    fused = ops.sum(_base_weights(levels[-1]) * base, axis=-1, keepdims=True)
    for k in reversed(range(LEVELS - 1)):
        height, width = ops.shape(levels[k])[1:3]
        band = levels[k] - double(levels[k + 1], height, width)
        fused = double(fused, height, width) + _fused_band(band, GAINS[k], k < NOISY_LEVELS)
    return limit_softly(0.5 + with_contrast(fused, CONTRAST))


def _base_weights(base):
    spread = ops.std(base, axis=(1, 2), keepdims=True) + _TINY
    infrared, visible = spread[..., :1], spread[..., 1:]
    usual, most = VISIBLE_BASE
    weight = usual + (most - usual) * ops.relu(1 - 2 * infrared / visible)
    return ops.concatenate([ops.ones_like(weight), weight], axis=-1)


def _fused_band(band, gain, can_be_noise):
    strength = box_mean(ops.abs(band), RADIUS)
    ratio = ops.log((strength[..., :1] + _TINY) / (strength[..., 1:] + _TINY))
    fused = gain * ((1 - WEAKER_SHARE) * _chosen(band, STEEPNESS * (ratio + INFRARED_LEAD)) + WEAKER_SHARE * _sum(band))
    if not can_be_noise:
        return fused
    flatness = ops.exp(-ops.square(ops.max(strength, axis=-1, keepdims=True) / NOISE))
    return fused + flatness * (CALM * _chosen(band, -STEEPNESS * ratio) - fused)


def _chosen(band, preference):
    """The infrared band where the preference is high, the visible one where it is low."""
    share = ops.sigmoid(preference)
    return share * band[..., :1] + (1 - share) * band[..., 1:]


def _sum(band):
    return ops.sum(band, axis=-1, keepdims=True)
