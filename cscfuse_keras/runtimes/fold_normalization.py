"""Stacks of dictionary convolutional units without their batch normalisation: the same codes in less time."""

from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras.layers import DictionaryConvolutionalUnit

# Channels that normalisation switches off keep a scale that may be divided by, and whose products do not underflow.
_SMALLEST = 1e-30


def folded_code(units: Sequence[DictionaryConvolutionalUnit], image):
    """Code of an image by a stack of units, their normalisation folded into kernels, biases and thresholds.

    Codes are kept divided by a scale a channel, the product of the gains so far. With z = p y before a unit and
    z' = s y' behind it, s = g p, the unit z' = SST_t(g (z + Conv1(r)) + b) becomes y' = SST_{t/|s|}(y + Conv1(r) / p +
    b / s), as a soft threshold scales with its argument. So neither gain nor offset costs a pass over the codes.

    Args:
        units: of one convolution each way and soft thresholds; the first was built without a code.
        image: Keras tensor (batch, height, width, channels).

    Returns:
        Keras tensor (batch, height, width, code channels).
    """
    if all(unit.normalization is None for unit in units):
        return _stacked(units, image)
    scale, folded = np.ones(units[0].settings["code_channels"]), []
    for unit in units:
        folded.append(_without_normalization(unit, image.shape[-1], scale))
        scale = _next_scale(unit, scale)
    return keras.layers.Rescaling(scale.astype(np.float32))(_stacked(folded, image))


def _stacked(units, image):
    code = None
    for unit in units:
        code = unit(image) if code is None else unit(image, code)
    return code


def _without_normalization(unit, image_channels, scale):
    channels = unit.settings["code_channels"]
    changed = {"batch_normalization": False, "use_bias": True, "shared_threshold": False}
    copy = DictionaryConvolutionalUnit(**{**unit.settings, **changed})
    shape = (None, None, None)
    copy.build((*shape, image_channels), (*shape, channels) if unit.decoder else None)
    for old, new in zip(unit.decoder, copy.decoder, strict=True):
        new.kernel.assign(_values(old.kernel) * scale[:, np.newaxis])
    (old,), (new,) = unit.encoder, copy.encoder
    new.kernel.assign(_values(old.kernel) / scale)
    scale, offset = _next_scale(unit, scale), _gain_and_offset(unit)[1]
    new.bias.assign(offset / scale)
    copy.shrinkage.threshold.assign(_values(unit.shrinkage.threshold) / np.abs(scale))
    return copy


def _next_scale(unit, scale):
    scale = scale * _gain_and_offset(unit)[0]
    return np.where(np.abs(scale) < _SMALLEST, _SMALLEST, scale)


def _gain_and_offset(unit):
    normalization = unit.normalization
    if normalization is None:
        return 1.0, 0.0
    gain = _values(normalization.gamma) / np.sqrt(_values(normalization.moving_variance) + normalization.epsilon)
    return gain, _values(normalization.beta) - gain * _values(normalization.moving_mean)


def _values(weight):
    return keras.ops.convert_to_numpy(weight).astype(np.float64)
