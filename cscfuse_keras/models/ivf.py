"""Infrared-visible fusion: the autoencoder that is trained and the fusion model that is used (Zhao et al. 2023)."""

import dataclasses
from typing import Literal

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.fusion import MergeCodes
from cscfuse_keras.layers import CodeDecoder, DictionaryConvolutionalUnit, TwoScaleSplit

Rule = Literal["saliency", "l1_norm", "average", "sum"]
Activation = Literal["soft_threshold", "prelu", "relu", "leaky_relu"]


@dataclasses.dataclass(frozen=True)
class IVFConfig(Config):
    """Settings of the infrared-visible networks; the defaults are the paper's.

    Attributes:
        units: DCUs in each encoder.
        code_channels: channels of the codes.
        decoder_channels: channels between the decoder's convolutions.
        window: side of the box filter that makes the base, in pixels.
        base_activation: shrinkage of the base encoder.
        detail_activation: shrinkage of the detail encoder.
        initial_threshold: start of the soft thresholds.
        nonnegative_threshold: constrain thresholds to t >= 0.
        later_units_see: what all units but the first code: the `"branch"`'s base or detail, or the whole `"image"`.
        base_rule: merge rule for base codes.
        detail_rule: merge rule for detail codes.
        base_gain: factor on merged base codes (contrast).
        detail_gain: factor on merged detail codes (sharpness).
    """

    units: int = 7
    code_channels: int = 64
    decoder_channels: tuple[int, ...] = (32, 16)
    window: int = 11
    base_activation: Activation = "prelu"
    detail_activation: Activation = "soft_threshold"
    initial_threshold: float = 0.01
    nonnegative_threshold: bool = True
    later_units_see: Literal["branch", "image"] = "branch"
    base_rule: Rule = "saliency"
    detail_rule: Rule = "l1_norm"
    base_gain: float = 2.0
    detail_gain: float = 2.0


VARIANTS = {
    "paper": IVFConfig(),
    "release": IVFConfig(units=8, nonnegative_threshold=False, later_units_see="image"),
}
"""The network of the paper, and that of its released code (docs/mathematics.md)."""


def build_encoder(config: IVFConfig) -> keras.Model:
    """Model from an image (batch, height, width, 1) in [0, 1] to its base and detail codes."""
    image = keras.Input((None, None, 1), name="image")
    base, detail = TwoScaleSplit(config.window, name="split")(image)
    codes = [
        _encode(image, base, config.base_activation, "base", config),
        _encode(image, detail, config.detail_activation, "detail", config),
    ]
    return keras.Model(image, codes, name="encoder")


def _encode(image, branch_image, activation, branch, config):
    code = None
    for k in range(config.units):
        unit = DictionaryConvolutionalUnit(
            config.code_channels,
            activation=activation,
            initial_threshold=config.initial_threshold,
            nonnegative_threshold=config.nonnegative_threshold,
            name=f"{branch}_unit_{k}",
        )
        seen = branch_image if k == 0 or config.later_units_see == "branch" else image
        code = unit(seen) if code is None else unit(seen, code)
    return code


def build_decoder(config: IVFConfig) -> CodeDecoder:
    """Layer from base and detail codes to an image in [0, 1]."""
    return CodeDecoder((*config.decoder_channels, 1), name="decoder")


def build_autoencoder(config: IVFConfig | None = None) -> keras.Model:
    """Autoencoder that is trained on single images, infrared and visible alike.

    Args:
        config: settings; the paper's by default.

    Returns:
        Model from (batch, height, width, 1) in [0, 1] to its reconstruction, with layers `encoder` and `decoder`.
    """
    config = config or IVFConfig()
    image = keras.Input((None, None, 1), name="image")
    base_code, detail_code = build_encoder(config)(image)
    return keras.Model(image, build_decoder(config)(base_code, detail_code), name="ivf_autoencoder")


def build_fusion(config: IVFConfig | None = None, autoencoder: keras.Model | None = None) -> keras.Model:
    """Model that fuses an infrared and a visible image.

    Args:
        config: settings; the paper's by default. Only rules and gains matter when `autoencoder` is given.
        autoencoder: model from `build_autoencoder` (or an earlier fusion model) whose layers are shared; new ones by
            default.

    Returns:
        Model with inputs `infrared` and `visible`, each (batch, height, width, 1) in [0, 1], at least 6 x 6 pixels, and
        the fused image of the same shape and range.
    """
    config = config or IVFConfig()
    autoencoder = autoencoder or build_autoencoder(config)
    encoder, decoder = autoencoder.get_layer("encoder"), autoencoder.get_layer("decoder")
    infrared = keras.Input((None, None, 1), name="infrared")
    visible = keras.Input((None, None, 1), name="visible")
    infrared_base, infrared_detail = encoder(infrared)
    visible_base, visible_detail = encoder(visible)
    base = MergeCodes(config.base_rule, config.base_gain, name="merge_base")(infrared_base, visible_base)
    detail = MergeCodes(config.detail_rule, config.detail_gain, name="merge_detail")(infrared_detail, visible_detail)
    return keras.Model({"infrared": infrared, "visible": visible}, decoder(base, detail), name="ivf_fusion")


def merge_settings(fusion: keras.Model) -> IVFConfig:
    """Rules and gains of a fusion model, in a config that is otherwise the default.

    Raises:
        ValueError: the model was not made by `build_fusion`.
    """
    base, detail = fusion.get_layer("merge_base"), fusion.get_layer("merge_detail")
    return IVFConfig(base_rule=base.rule, detail_rule=detail.rule, base_gain=base.gain, detail_gain=detail.gain)
