"""Multi-exposure fusion: any number of exposures of a scene to one image (Zhao et al. 2023)."""

import dataclasses

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.errors import UsageError
from cscfuse_keras.fusion.blend_pyramids import BlendPyramids
from cscfuse_keras.fusion.merge_exposures import MergeExposures
from cscfuse_keras.layers import (
    DictionaryConvolutionalUnit,
    DoubleLike,
    FoldExposures,
    Halve,
    PaddedConv2D,
    RGBToYCbCr,
    UnfoldExposures,
    YCbCrToRGB,
)
from cscfuse_keras.losses import MEFObjective
from cscfuse_keras.models.shapes import first_difference


@dataclasses.dataclass(frozen=True)
class MEFConfig(Config):
    """Settings of the multi-exposure network; the defaults are the paper's.

    Attributes:
        units: DCUs of the coder.
        code_channels: channels of the codes.
        initial_threshold: start of the soft thresholds.
        nonnegative_threshold: constrain thresholds to t >= 0.
        first_threshold_shared: one threshold for all channels of the first unit, instead of one for each.
        levels: 1 to weigh luma pixel by pixel and chroma by its distance from grey, as the paper does; more to blend
            RGB in Laplacian pyramids of so many levels, whose weights the same coder finds at every level.
        detail_gain: factor on the finest band of the pyramid (sharpness); 1 where there is one level.
    """

    units: int = 3
    code_channels: int = 24
    initial_threshold: float = 0.001
    nonnegative_threshold: bool = True
    first_threshold_shared: bool = False
    levels: int = 1
    detail_gain: float = 1.0


VARIANTS = {
    "paper": MEFConfig(),
    "release": MEFConfig(nonnegative_threshold=False, first_threshold_shared=True),
}
"""The network of the paper, and that of its released code (docs/mathematics.md)."""


def build_coder(config: MEFConfig) -> keras.Model:
    """Model from luma (batch, height, width, 1) in [0, 1] to codes (batch, height, width, code_channels)."""
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
    return keras.Model(luma, code, name="coder")


def build_mapper(config: MEFConfig) -> keras.Model:
    """Model from the RGB levels of an exposure's Gaussian pyramid to maps, before the softmax, one a level.

    Every level is coded by the same coder; a 1x1 convolution of its own makes a map of the codes, and the next coarser
    level's map, enlarged, is added: so weights know their surroundings.
    """
    coder = build_coder(config)
    images = [keras.Input((None, None, 3), name=f"level_{k}") for k in range(config.levels)]
    maps = []
    for k in reversed(range(config.levels)):
        code = coder(RGBToYCbCr(name=f"ycbcr_{k}")(images[k])[..., :1])
        found = PaddedConv2D(1, kernel_size=1, name=f"code_to_map_{k}")(code)
        if maps:
            found = keras.layers.Add(name=f"add_{k}")([found, DoubleLike(name=f"double_{k}")(maps[0], found)])
        maps.insert(0, found)
    return keras.Model(images, maps, name="mapper")


def build_fusion(config: MEFConfig | None = None, network: keras.Model | None = None) -> keras.Model:
    """Model that fuses the exposures of a scene.

    Args:
        config: settings; the paper's by default. Only the gain matters when `network` is given.
        network: an earlier fusion model, whose mapper is shared; a new one by default.

    Returns:
        Model from `exposures` (batch, exposures, height, width, 3), RGB in [0, 1], any number, order and size, to the
        fused image (batch, height, width, 3), RGB, not clipped. Its layer `mapper` is the network that all exposures
        share.

    Raises:
        UsageError: a gain for a network without a finest band.
    """
    config = config or MEFConfig()
    mapper = network.get_layer("mapper") if network else build_mapper(config)
    if len(mapper.inputs) == 1 and config.detail_gain != 1:
        raise UsageError(
            "detail_gain: expected 1 for a network of one level, which has no finest band, found "
            f"{config.detail_gain}; leave it out, or choose a network of several levels"
        )
    exposures = keras.Input((None, None, None, 3), name="exposures")
    levels = [FoldExposures(name="fold")(exposures)]
    for k in range(1, len(mapper.inputs)):
        levels.append(Halve(name=f"halve_{k}")(levels[-1]))
    unfold = UnfoldExposures(name="unfold")
    maps = [unfold(found, exposures) for found in mapper(levels)]
    if len(levels) > 1:
        fused = BlendPyramids(config.detail_gain, name="blend")([unfold(level, exposures) for level in levels], maps)
    else:
        weights = keras.layers.Softmax(axis=1, name="weight_maps")(maps[0])
        fused = YCbCrToRGB(name="rgb")(MergeExposures(name="merge")(RGBToYCbCr(name="ycbcr")(exposures), weights))
    return keras.Model(exposures, fused, name="mef_fusion")


def build_training(fusion: keras.Model, halo_growth: float = 0.25, halo_limit: float = 10.0) -> keras.Model:
    """Model that trains a fusion model: same input and output, and `MEFObjective` added as its loss.

    Compile it without a loss, and fit it on exposures alone.
    """
    objective = MEFObjective(halo_growth, halo_limit, dtype="float32", name="objective")
    return keras.Model(fusion.input, objective(fusion.input, fusion(fusion.input)), name="mef_training")


def merge_settings(fusion: keras.Model) -> MEFConfig:
    """The gain of a fusion model, in a config that is otherwise the default.

    Raises:
        ValueError: the model was not made by `build_fusion`.
    """
    return MEFConfig(detail_gain=fusion.get_layer("blend").detail_gain) if blends_pyramids(fusion) else MEFConfig()


def blends_pyramids(fusion: keras.Model) -> bool:
    """Whether a fusion model blends in pyramids, rather than pixel by pixel."""
    return len(fusion.get_layer("mapper").inputs) > 1


def copy_coder(source: keras.Model, target: keras.Model) -> None:
    """Copy the coder's weights of a fusion model, and its finest map's, which the target uses at every level.

    Raises:
        UsageError: the coders differ in their settings.
    """
    start = source.get_layer("mapper").get_layer("coder")
    mapper = target.get_layer("mapper")
    coder = mapper.get_layer("coder")
    if difference := first_difference(coder.weights, start.weights):
        raise UsageError(
            f"coder_from: expected a coder of the same units and channels, with {difference}; change the settings, or "
            "start from nothing"
        )
    coder.set_weights(start.get_weights())
    head = source.get_layer("mapper").get_layer("code_to_map_0").get_weights()
    for k in range(len(mapper.inputs)):
        mapper.get_layer(f"code_to_map_{k}").set_weights(head)
