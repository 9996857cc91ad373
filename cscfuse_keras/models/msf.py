"""Multi-spectral fusion: a low-resolution image of many bands and a sharp guide to one image (Zhao et al. 2023)."""

import dataclasses
from typing import Any, ClassVar, Literal

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.errors import UsageError
from cscfuse_keras.layers import (
    DepthToSpace,
    DictionaryConvolutionalUnit,
    Enlarge,
    FastGuidedFilter,
    PaddedConv2D,
    Shrink,
    SpaceToDepth,
)


@dataclasses.dataclass(frozen=True)
class MSFConfig(Config):
    """Settings of the multi-spectral network; the defaults are the paper's.

    Attributes:
        bands: bands of the low-resolution image, and of the fused one.
        guide_channels: channels of the guide: 3 for RGB, 1 for a panchromatic band.
        scale: whole ratio of the two resolutions.
        units: DCUs in each of the two stacks that meet in the guided filter; 0 leaves these out.
        code_channels: channels of their codes.
        joint_units: DCUs in a third stack, which codes both images together on the grid of the low resolution, the
            guide's pixels as channels; what its codes stand for is added to the image. 0, as in the paper, for none.
        joint_channels: channels of the joint codes.
        joint_kernel: side, in pixels of the low resolution, of a linear filter of both images before the third stack,
            which then codes what it made too, and adds to it; 0 for none. Its weights have a closed-form solution, see
            `cscfuse_keras.training.least_squares`.
        initial_threshold: start of the soft thresholds.
        nonnegative_threshold: constrain thresholds to t >= 0.
        normalized_units: units with batch normalisation: `"all"`, the `"later"` ones (all but the first of a stack), or
            `"none"`: the statistics of few patches, dark or bright, do harm where values must be met exactly.
        grid: where low-resolution pixels lie in the guide, see `cscfuse_keras.layers.resize.enlarge`.
        radius: of the fast guided filter, in pixels at low resolution.
        epsilon: regularisation of the fast guided filter.
    """

    MAY_BE_ZERO: ClassVar[frozenset[str]] = frozenset({"units"})

    bands: int = 31
    guide_channels: int = 3
    scale: int = 2
    units: int = 4
    code_channels: int = 64
    joint_units: int = 0
    joint_channels: int = 64
    joint_kernel: int = 0
    initial_threshold: float = 0.001
    nonnegative_threshold: bool = True
    normalized_units: Literal["all", "later", "none"] = "all"
    grid: Literal["half_pixel", "co_sited", "align_corners"] = "half_pixel"
    radius: int = 1
    epsilon: float = 1e-4


VARIANTS = {
    "paper": MSFConfig(),
    "release": MSFConfig(code_channels=256, normalized_units="later", grid="align_corners"),
}
"""The network of the paper, and that of its released code (docs/mathematics.md)."""


def build_network(config: MSFConfig | None = None) -> keras.Model:
    """Model that is trained and that fuses.

    Args:
        config: settings; the paper's by default.

    Returns:
        Model with inputs `low_resolution` (batch, height, width, bands) and `guide` (batch, scale * height,
        scale * width, guide_channels), both in [0, 1], any size; output (batch, scale * height, scale * width, bands),
        not clipped.
    """
    config = config or MSFConfig()
    low_resolution = keras.Input((None, None, config.bands), name="low_resolution")
    guide = keras.Input((None, None, config.guide_channels), name="guide")
    parts = [Enlarge(config.scale, config.grid, name="enlarge")(low_resolution)]
    if config.units:
        parts.append(_guided_detail(low_resolution, guide, config))
    if config.joint_units:
        parts.append(_joint_detail(low_resolution, guide, config))
    fused = keras.layers.Add(name="fused")(parts)
    return keras.Model({"low_resolution": low_resolution, "guide": guide}, fused, name="msf_fusion")


def build_fusion(config: MSFConfig, network: keras.Model) -> keras.Model:
    """Model that fuses: the network itself, or one of the same weights where `config` differs from its settings.

    Args:
        config: settings; of a trained network only `grid`, `radius` and `epsilon` may be changed.
        network: model from `build_network`.

    Raises:
        UsageError: the network's weights do not fit the settings.
    """
    if config == settings_of(network):
        return network
    fusion = build_network(config)
    weights = network.get_weights()
    if [array.shape for array in weights] != [tuple(weight.shape) for weight in fusion.weights]:
        raise UsageError("settings: expected only grid, radius or epsilon to change, found others; train a network")
    fusion.set_weights(weights)
    return fusion


def settings_of(network: keras.Model) -> MSFConfig:
    """Settings that a model was built with.

    Raises:
        ValueError: the model was not made by `build_network`.
    """
    layers = {layer.name: layer for layer in network.layers}
    enlarge = layers["enlarge"]
    values: dict[str, Any] = {
        "bands": network.input["low_resolution"].shape[-1],
        "guide_channels": network.input["guide"].shape[-1],
        "scale": enlarge.scale,
        "grid": enlarge.grid,
    }
    if "joint_linear" in layers:
        values["joint_kernel"] = layers["joint_linear"].kernel_size
    if "lift_code" in layers:
        values.update(radius=layers["lift_code"].radius, epsilon=layers["lift_code"].epsilon)
    for branch, prefix in (("guide", "code"), ("joint", "joint")):
        units = [layer for name, layer in layers.items() if name.startswith(f"{branch}_unit_")]
        values["units" if branch == "guide" else "joint_units"] = len(units)
        if units:
            settings = units[0].settings
            values[f"{prefix}_channels"] = settings["code_channels"]
            values.update({name: settings[name] for name in ("initial_threshold", "nonnegative_threshold")})
            normalized = [unit.normalization is not None for unit in units]
            values["normalized_units"] = "all" if normalized[0] else "later" if any(normalized) else "none"
    return MSFConfig(**values)


def _guided_detail(low_resolution, guide, config):
    """The paper's network: codes of either image, those of low resolution lifted along those of the guide."""
    channels = config.code_channels
    code = _encode(low_resolution, "low_resolution", config.units, channels, config)
    guide_code = _encode(guide, "guide", config.units, channels, config)
    low_guide_code = Shrink(config.scale, config.grid, name="shrink_guide_code")(guide_code)
    lifted = FastGuidedFilter(config.radius, config.epsilon, config.scale, config.grid, name="lift_code")(
        low_guide_code, code, guide_code
    )
    return _decoder(config.bands, "decoder")(lifted)


def _joint_detail(low_resolution, guide, config):
    squares = SpaceToDepth(config.scale, name="guide_squares")(guide)
    seen = keras.layers.Concatenate(name="both")([low_resolution, squares])
    channels = config.scale**2 * config.bands
    linear = None
    if config.joint_kernel:
        linear = _decoder(channels, "joint_linear", config.joint_kernel)(seen)
        seen = keras.layers.Concatenate(name="both_and_linear")([seen, linear])
    code = _encode(seen, "joint", config.joint_units, config.joint_channels, config)
    detail = _decoder(channels, "joint_decoder")(code)
    if linear is not None:
        detail = keras.layers.Add(name="joint_sum")([linear, detail])
    return DepthToSpace(config.scale, name="joint_detail")(detail)


def _decoder(channels, name, kernel_size=3):
    # From zeros the training starts at the enlarged image.
    return PaddedConv2D(channels, kernel_size, kernel_initializer="zeros", name=name)


def _encode(image, branch, units, channels, config):
    code = None
    for k in range(units):
        unit = DictionaryConvolutionalUnit(
            channels,
            initial_threshold=config.initial_threshold,
            nonnegative_threshold=config.nonnegative_threshold,
            batch_normalization=config.normalized_units == "all" or (config.normalized_units == "later" and k > 0),
            name=f"{branch}_unit_{k}",
        )
        code = unit(image) if code is None else unit(image, code)
    return code
