"""Parameters of the release's building blocks (PyTorch names and layouts) put into this project's layers."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.errors import ModelError


class ReleaseState:
    """State dict of which every parameter must be used once.

    Args:
        state: arrays by PyTorch name.
        where: names the origin in messages.
    """

    def __init__(self, state: Mapping[str, np.ndarray], where: str):
        # Weights saved after parallel training carry a prefix; BN's batch count has no use after training.
        self.state = {
            name.removeprefix("module."): value
            for name, value in state.items()
            if not name.endswith("num_batches_tracked")
        }
        self.where = where
        self.used: set[str] = set()

    def take(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """A parameter by name, reshaped to `shape` if only axes of length one differ.

        Raises:
            ModelError: it is missing or of another shape.
        """
        if name not in self.state:
            raise ModelError(
                f"{self.where}: expected parameter {name!r}, found none of that name; is it another network's?"
            )
        value = self.state[name]
        if value.size != np.prod(shape) or [n for n in value.shape if n > 1] != [n for n in shape if n > 1]:
            raise ModelError(
                f"{self.where}: expected shape {shape} of {name!r}, found {value.shape}; is it another network's?"
            )
        self.used.add(name)
        return value.reshape(shape)

    def put_convolution(self, layer, name: str) -> None:
        """Kernel (and bias) of a `PaddedConv2D` from a `Conv2d`."""
        height, width, channels, filters = layer.kernel.shape
        kernel = self.take(f"{name}.weight", (filters, channels, height, width))
        layer.kernel.assign(kernel.transpose(2, 3, 1, 0))
        if layer.use_bias:
            layer.bias.assign(self.take(f"{name}.bias", (filters,)))

    def put_normalization(self, layer: keras.layers.BatchNormalization, name: str) -> None:
        """Parameters of a `BatchNormalization` from a `BatchNorm2d`."""
        shape = tuple(layer.gamma.shape)
        layer.gamma.assign(self.take(f"{name}.weight", shape))
        layer.beta.assign(self.take(f"{name}.bias", shape))
        layer.moving_mean.assign(self.take(f"{name}.running_mean", shape))
        layer.moving_variance.assign(self.take(f"{name}.running_var", shape))

    def put_shrinkage(self, layer: keras.layers.Layer, name: str) -> None:
        """Thresholds of a `SoftThreshold`, or slopes of a `PReLU`."""
        if isinstance(layer, keras.layers.PReLU):
            layer.alpha.assign(self.take(f"{name}.weight", tuple(layer.alpha.shape)))
        elif hasattr(layer, "threshold"):
            layer.threshold.assign(self.take(f"{name}.theta", tuple(layer.threshold.shape)))

    def put_unit(self, unit, name: str) -> None:
        """All parameters of a `DictionaryConvolutionalUnit`."""
        for k, convolution in enumerate(unit.encoder):
            self.put_convolution(convolution, f"{name}.conv.conv_encoder.en_conv{k}.conv2d")
        for k, convolution in enumerate(unit.decoder):
            self.put_convolution(convolution, f"{name}.conv.conv_decoder.de_conv{k}.conv2d")
        if unit.channel_shift is not None:
            self.put_convolution(unit.channel_shift, f"{name}.conv.conv_channel_shift")
        if unit.normalization is not None:
            self.put_normalization(unit.normalization, f"{name}.norm")
        self.put_shrinkage(unit.shrinkage, f"{name}.activation")
        if not unit.decoder:
            # A unit that starts from a zero code never applies Conv0; the release stores its filters all the same.
            self.used.update(key for key in self.state if key.startswith(f"{name}.conv.conv_decoder."))

    def check_all_used(self) -> None:
        """Raise a ModelError if a parameter was left over."""
        left_over = sorted(set(self.state) - self.used)
        if left_over:
            raise ModelError(
                f"{self.where}: expected no parameter {left_over[0]!r} ({len(left_over)} such); is it another's?"
            )


def only_state(states: Mapping[str, Mapping[str, np.ndarray]], network: str) -> ReleaseState:
    """The one state dict that a network is made of.

    Args:
        states: state dicts by file name.
        network: what the network is called in messages.

    Raises:
        ModelError: there are several.
    """
    if len(states) != 1:
        raise ModelError(f"expected one file of weights, found {len(states)}; give only the {network} network's")
    ((where, state),) = states.items()
    return ReleaseState(state, where)
