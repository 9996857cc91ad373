"""Infrared-visible fusion that is trained for fusing: joint codes, from coarse to fine, weigh the images' pyramids."""

import dataclasses

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.fusion.blend_pair import BlendPair
from cscfuse_keras.layers import CodeActivity, DictionaryConvolutionalUnit, DoubleLike, Halve, PaddedConv2D
from cscfuse_keras.losses.ivf_objective import IVFObjective, IVFObjectiveWeights


@dataclasses.dataclass(frozen=True)
class IVFPyramidConfig(Config):
    """Settings of the network that weighs pyramids.

    Attributes:
        levels: of the pyramids.
        units: DCUs of the coder, which all levels share.
        code_channels: channels of the codes.
        context_channels: channels in which a level tells the next finer one what it saw.
        initial_threshold: start of the soft thresholds.
        nonnegative_threshold: constrain thresholds to t >= 0.
        contrast: factor on the fused picture's distance from mid-grey.
    """

    levels: int = 5
    units: int = 3
    code_channels: int = 32
    context_channels: int = 6
    initial_threshold: float = 0.01
    nonnegative_threshold: bool = True
    contrast: float = 1.0


VARIANTS = {"pyramid": IVFPyramidConfig()}
"""The network by the name that the command line calls it."""


def build_coder(config: IVFPyramidConfig) -> keras.Model:
    """Model from a level of both images and its context to their joint codes.

    The image that the DCUs explain has the channels infrared, visible, context; so every atom of their dictionaries is
    a pattern of both images and what surrounds it.
    """
    image = keras.Input((None, None, 2 + config.context_channels), name="image")
    code = None
    for k in range(config.units):
        unit = DictionaryConvolutionalUnit(
            config.code_channels,
            initial_threshold=config.initial_threshold,
            nonnegative_threshold=config.nonnegative_threshold,
            # One set of moving statistics would not fit all levels, which differ in contrast.
            batch_normalization=False,
            use_bias=True,
            name=f"unit_{k}",
        )
        code = unit(image) if code is None else unit(image, code)
    return keras.Model(image, code, name="coder")


def build_weigher(config: IVFPyramidConfig) -> keras.Model:
    """Model from the levels of both images' Gaussian pyramids to maps.

    They are three a level, weights of both images and detail, and two more for the finest level's pixels.

    The coarsest level is coded first. 1x1 convolutions of its codes and their local strength make the level's maps, and
    tell the next finer level what was found; and so on. All maps start as zeros: as the sum of both images.
    """
    coder = build_coder(config)
    activity = CodeActivity(name="activity")
    context_of = PaddedConv2D(config.context_channels, kernel_size=1, name="context")
    head = {"kernel_size": 1, "use_bias": True, "kernel_initializer": "zeros"}
    pairs = [keras.Input((None, None, 2), name=f"level_{k}") for k in range(config.levels)]
    context = PaddedConv2D(config.context_channels, kernel_size=1, name="first_context")(pairs[-1])
    maps, found = [], None
    for k in reversed(range(config.levels)):
        if maps:
            context = DoubleLike(name=f"double_{k}")(context, pairs[k])
        found = activity(coder(keras.layers.Concatenate(name=f"image_{k}")([pairs[k], context])))
        maps.insert(0, PaddedConv2D(3, **head, name=f"code_to_map_{k}")(found))
        if k:
            context = context_of(found)
    pixel_maps = PaddedConv2D(2, **head, name="code_to_pixel_maps")(found)
    return keras.Model(pairs, [*maps, pixel_maps], name="weigher")


def build_fusion(config: IVFPyramidConfig | None = None, network: keras.Model | None = None) -> keras.Model:
    """Model that fuses an infrared and a visible image.

    Args:
        config: settings. Only the contrast matters when `network` is given.
        network: an earlier fusion model, whose weigher is shared; a new one by default.

    Returns:
        Model with inputs `infrared` and `visible`, each (batch, height, width, 1) in [0, 1], of any size, and the fused
        image of the same shape, in (0, 1). Its layer `weigher` holds all weights.
    """
    config = config or IVFPyramidConfig()
    weigher = network.get_layer("weigher") if network else build_weigher(config)
    infrared = keras.Input((None, None, 1), name="infrared")
    visible = keras.Input((None, None, 1), name="visible")
    levels = [keras.layers.Concatenate(name="pair")([infrared, visible])]
    for k in range(1, len(weigher.inputs)):
        levels.append(Halve(name=f"halve_{k}")(levels[-1]))
    *maps, pixel_maps = weigher(levels)
    fused = BlendPair(config.contrast, name="blend")(levels, maps, pixel_maps)
    return keras.Model({"infrared": infrared, "visible": visible}, fused, name="ivf_pyramid_fusion")


def build_training(
    fusion: keras.Model, weights: IVFObjectiveWeights | None = None, reference: keras.Model | None = None
) -> keras.Model:
    """Model that trains a fusion model: same inputs and output, and `IVFObjective` added as its loss.

    Compile it without a loss, and fit it on pairs alone.

    Args:
        fusion: the model to train.
        weights: of the objective's terms.
        reference: fusion model whose pictures those of `fusion` are compared with; it is not trained.
    """
    sources = keras.layers.Concatenate(name="sources")([fusion.input["infrared"], fusion.input["visible"]])
    objective = IVFObjective(weights, dtype="float32", name="objective")
    pictures = [fusion(fusion.input), sources]
    if reference is not None:
        compared = keras.Model(reference.input, reference.output, name="reference")
        compared.trainable = False
        pictures.append(compared(fusion.input))
    return keras.Model(fusion.input, objective(*pictures), name="ivf_pyramid_training")


def contrast_settings(fusion: keras.Model) -> IVFPyramidConfig:
    """The contrast of a fusion model, in a config that is otherwise the default.

    Raises:
        ValueError: the model was not made by `build_fusion`.
    """
    return IVFPyramidConfig(contrast=fusion.get_layer("blend").contrast)
