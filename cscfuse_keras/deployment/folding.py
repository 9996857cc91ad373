"""Networks as plain arrays, their batch normalisation folded into kernels, biases and thresholds."""

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras import layers

# Channels that normalisation switches off keep a scale that may be divided by, and whose products do not underflow.
_SMALLEST = 1e-30


@dataclasses.dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution that reflects the image at its border and keeps its size.

    Attributes:
        kernel: float32 array (side, side, channels, filters).
        bias: float32 array (filters,), or None.
    """

    kernel: np.ndarray
    bias: np.ndarray | None = None

    @property
    def radius(self) -> int:
        """Pixels on all sides that a pixel of the result depends on."""
        return len(self.kernel) // 2

    @property
    def in_two_steps(self) -> tuple["Convolution", "Convolution"] | None:
        """A 1x1 convolution to a map a tap, and one that shifts the maps into place and adds them; without the bias.

        As `layers.PaddedConv2D` does it where there are few filters: the many-channel image is read once and never
        padded. None where there are too many.
        """
        side, _, channels, filters = self.kernel.shape
        taps = side * side
        if side == 1 or taps * filters > channels:
            return None
        shifts = np.zeros((taps, taps, filters, filters), np.float32)
        shifts[range(taps), range(taps)] = np.eye(filters)
        return (
            Convolution(self.kernel.transpose(2, 0, 1, 3).reshape(1, 1, channels, taps * filters)),
            Convolution(shifts.reshape(side, side, taps * filters, filters)),
        )


@dataclasses.dataclass(frozen=True, eq=False)
class SoftThreshold:
    """sign(v) max(|v| - t, 0).

    Attributes:
        threshold: float32 array (channels,).
    """

    threshold: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class TwoSlopes:
    """a max(v, 0) + b min(v, 0): PReLU and its kin.

    Attributes:
        positive: a, float32 array (channels,).
        negative: b, float32 array (channels,).
    """

    positive: np.ndarray
    negative: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Unit:
    """z' = shrinkage(gain z + encoder(x - decoder(z))), a dictionary convolutional unit.

    Attributes:
        decoder: from code to image; None if the unit gets no code.
        encoder: from image to code.
        shrinkage: what is applied in the end.
        gain: float32 array (channels,), or None for 1.
    """

    decoder: Convolution | None
    encoder: Convolution
    shrinkage: SoftThreshold | TwoSlopes
    gain: np.ndarray | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Stack:
    """Units one after the other.

    Attributes:
        units: the units.
        scale: float32 array (channels,) that the last unit's code is multiplied with, or None for 1.
    """

    units: tuple[Unit, ...]
    scale: np.ndarray | None = None

    @property
    def reach(self) -> int:
        """Pixels on all sides that a pixel of the code depends on."""
        return sum(
            unit.encoder.radius + (unit.decoder.radius if unit.decoder is not None else 0) for unit in self.units
        )


def fold_stack(units: Sequence[layers.DictionaryConvolutionalUnit], rescale: bool = True) -> Stack:
    """Units without their normalisation: the same codes in less time.

    Codes are carried divided by a scale a channel, the product of the gains so far. With z = p y before a unit and
    z' = s y' behind it, s = g p, the unit z' = SST_t(g (z + Conv1(r)) + b) becomes y' = SST_{t/|s|}(y + Conv1(r) / p +
    b / s), as a soft threshold scales with its argument; so does a PReLU with a positive scale, and with a negative one
    its slopes change places. So neither gain nor offset costs a pass over the codes.

    Args:
        units: of one convolution each way, with reflected borders; the first was built without a code.
        rescale: whether codes are rescaled. Scales differ by orders of magnitude from channel to channel, which 8 bits
            and half precision do not stand: without, the gain stays a multiplication.

    Raises:
        ValueError: a unit has what this cannot express.
    """
    channels = units[0].settings["code_channels"]
    scale, folded = np.ones(channels), []
    for unit in units:
        _check(unit)
        gain, offset = _gain_and_offset(unit.normalization, channels)
        before = scale
        if rescale:
            scale = _bounded(scale * gain)
        after, code_gain = (scale, None) if rescale else (np.ones(channels), gain)
        decoder = None
        if unit.decoder:
            decoder = convolution(unit.decoder[0])
            decoder = Convolution(_single(decoder.kernel * before[:, np.newaxis]), decoder.bias)
        (encoder,) = unit.encoder
        kernel, bias = _values(encoder.kernel), _values(encoder.bias) if encoder.use_bias else 0.0
        # The encoder's result is divided by `before` with the code, or multiplied with the gain.
        factor = 1 / before if rescale else gain
        folded.append(
            Unit(
                decoder,
                Convolution(_single(kernel * factor), _single(bias * factor + offset / after)),
                _shrinkage(unit.shrinkage, after, channels),
                None if code_gain is None or decoder is None or (code_gain == 1).all() else _single(code_gain),
            )
        )
    return Stack(tuple(folded), None if (scale == 1).all() else _single(scale))


def fold_decoder(decoder: layers.CodeDecoder) -> tuple[Convolution, ...]:
    """The convolutions of a decoder of codes with their normalisation; what is before its sigmoid."""
    folded = []
    for layer, normalization in zip(decoder.convolutions, decoder.normalizations, strict=True):
        gain, offset = _gain_and_offset(normalization, layer.filters)
        folded.append(Convolution(_single(_values(layer.kernel) * gain), _single(offset)))
    return tuple(folded)


def scaled(given: Convolution, factors: np.ndarray) -> Convolution:
    """A convolution whose filters give so many times as much."""
    return Convolution(factors * given.kernel, None if given.bias is None else factors * given.bias)


def convolution(layer: layers.PaddedConv2D) -> Convolution:
    """A convolution as arrays.

    Raises:
        ValueError: it does not reflect at the border, or is dilated.
    """
    if layer.border != "reflect" or layer.dilation != 1:
        raise ValueError(
            f"expected a convolution with reflected border and dilation 1; received {layer.border}, {layer.dilation}"
        )
    return Convolution(_single(_values(layer.kernel)), _single(_values(layer.bias)) if layer.use_bias else None)


def _check(unit):
    settings = unit.settings
    if (
        (settings["decoder_convolutions"], settings["encoder_convolutions"], settings["dilation"]) != (1, 1, 1)
        or settings["border"] != "reflect"
        or settings["output_channels"] is not None
    ):
        raise ValueError(
            "expected a unit of one convolution each way, not dilated, with reflected border and no other output "
            f"channels; received {settings}"
        )


def _shrinkage(layer, scale, channels):
    if isinstance(layer, layers.SoftThreshold):
        threshold = np.broadcast_to(_values(layer.threshold), channels)
        if layer.nonnegative:
            threshold = np.maximum(threshold, 0)
        return SoftThreshold(_single(threshold / np.abs(scale)))
    if isinstance(layer, keras.layers.PReLU):
        slope = _values(layer.alpha).reshape(-1)
    else:
        slope = np.full(channels, getattr(layer, "negative_slope", 0.0))
    one = np.ones(channels)
    return TwoSlopes(_single(np.where(scale > 0, one, slope)), _single(np.where(scale > 0, slope, one)))


def _gain_and_offset(normalization, channels):
    if normalization is None:
        return np.ones(channels), np.zeros(channels)
    gain = _values(normalization.gamma) / np.sqrt(_values(normalization.moving_variance) + normalization.epsilon)
    return gain, _values(normalization.beta) - gain * _values(normalization.moving_mean)


def _bounded(scale):
    return np.where(np.abs(scale) < _SMALLEST, _SMALLEST, scale)


def _values(weight):
    return keras.ops.convert_to_numpy(weight).astype(np.float64)


def _single(values):
    return np.ascontiguousarray(values, np.float32)
