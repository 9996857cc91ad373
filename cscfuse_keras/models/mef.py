"""Multi-exposure fusion: any number of exposures of a scene to one image (SPEC 3)."""

import dataclasses

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.fusion.merge_exposures import MergeExposures
from cscfuse_keras.layers import (
    DictionaryConvolutionalUnit,
    FoldExposures,
    PaddedConv2D,
    RGBToYCbCr,
    UnfoldExposures,
    YCbCrToRGB,
)
from cscfuse_keras.losses import MEFObjective


@dataclasses.dataclass(frozen=True)
class MEFConfig(Config):
    """Settings of the multi-exposure network; the defaults are the paper's.

    Attributes:
        units: DCUs of the coder.
        code_channels: channels of the codes.
        initial_threshold: start of the soft thresholds.
        nonnegative_threshold: constrain thresholds to t >= 0.
        first_threshold_shared: one threshold for all channels of the first unit, instead of one for each.
    """

    units: int = 3
    code_channels: int = 24
    initial_threshold: float = 0.001
    nonnegative_threshold: bool = True
    first_threshold_shared: bool = False


VARIANTS = {
    "paper": MEFConfig(),
    "release": MEFConfig(nonnegative_threshold=False, first_threshold_shared=True),
}
"""The network of the paper, and that of its released code (SPEC 5)."""


def build_coder(config: MEFConfig) -> keras.Model:
    """Model from luma (batch, height, width, 1) in [0, 1] to a map of the same shape, before the softmax."""
    luma = keras.Input((None, None, 1), name="luma")
    code = None
    for k in range(config.units):
        unit = DictionaryConvolutionalUnit(
            config.code_channels,
            initial_threshold=config.initial_threshold,
            shared_threshold=config.first_threshold_shared and k == 0,
            nonnegative_threshold=config.nonnegative_threshold,
            name=f"unit_{k}",
        )
        code = unit(luma) if code is None else unit(luma, code)
    return keras.Model(luma, PaddedConv2D(1, kernel_size=1, name="code_to_map")(code), name="coder")


def build_fusion(config: MEFConfig | None = None, network: keras.Model | None = None) -> keras.Model:
    """Model that fuses the exposures of a scene.

    Args:
        config: settings; the paper's by default. They do not matter when `network` is given.
        network: an earlier fusion model, whose coder is shared; a new one by default.

    Returns:
        Model from `exposures` (batch, exposures, height, width, 3), RGB in [0, 1], any number, order and size, to the
        fused image (batch, height, width, 3), RGB, not clipped. Its layer `coder` is the network that all exposures
        share; its layer `weight_maps` gives their weights.
    """
    coder = network.get_layer("coder") if network else build_coder(config or MEFConfig())
    exposures = keras.Input((None, None, None, 3), name="exposures")
    ycbcr = RGBToYCbCr(name="ycbcr")(exposures)
    luma = FoldExposures(name="fold")(ycbcr[..., :1])
    maps = UnfoldExposures(name="unfold")(coder(luma), ycbcr)
    weights = keras.layers.Softmax(axis=1, name="weight_maps")(maps)
    fused = MergeExposures(name="merge")(ycbcr, weights)
    return keras.Model(exposures, YCbCrToRGB(name="rgb")(fused), name="mef_fusion")


def build_training(fusion: keras.Model) -> keras.Model:
    """Model that trains a fusion model: same input and output, and `MEFObjective` added as its loss.

    Compile it without a loss, and fit it on exposures alone.
    """
    objective = MEFObjective(dtype="float32", name="objective")
    return keras.Model(fusion.input, objective(fusion.input, fusion(fusion.input)), name="mef_training")


def build_weight_maps(fusion: keras.Model) -> keras.Model:
    """Model from exposures to their weights (batch, exposures, height, width, 1), sharing the layers of `fusion`."""
    return keras.Model(fusion.input, fusion.get_layer("weight_maps").output, name="mef_weight_maps")
