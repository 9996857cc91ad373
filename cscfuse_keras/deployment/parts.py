"""The parts of each network that are worth computing outside Python: codes, and what is made of codes alone.

Each part is called with who computes and its inputs, and gives one image or more of the height and width of the first.
`channels` has an entry an input: how many an image has, whose height and width are at least `smallest`, or None for a
matrix.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from cscfuse_keras.deployment.folding import Convolution, Stack, convolution, fold_decoder, fold_stack, scaled
from cscfuse_keras.deployment.local_lines import local_lines
from cscfuse_keras.deployment.operations import Images, Operations, code
from cscfuse_keras.fusion.blend_pair import DETAIL_SCALE


@dataclasses.dataclass(frozen=True, eq=False)
class IVFEncoder:
    """From an image to its base and detail codes.

    Attributes:
        base, detail: the stacks of the two branches.
        radius: half side of the box filter that makes the base.
        later_see_image: whether all units but the first see the image instead of their branch's part.
    """

    base: Stack
    detail: Stack
    radius: int
    later_see_image: bool = False
    channels: tuple[int] = (1,)

    def __call__(self, operations: Operations, image: Images) -> list[Images]:
        """Compute."""
        base = operations.box_mean(image, self.radius, "reflect")
        later = image if self.later_see_image else None
        return [code(operations, self.base, base, later), code(operations, self.detail, image - base, later)]

    @property
    def smallest(self) -> int:
        """Least height and width."""
        return self.radius + 1

    @property
    def reach(self) -> int:
        """Pixels on all sides that a pixel of the codes depends on."""
        return self.radius + max(self.base.reach, self.detail.reach)


@dataclasses.dataclass(frozen=True, eq=False)
class IVFDecoder:
    """From the sum of base and detail code to the image.

    The decoder is shared and affine, so that the sum of both decoded parts is the decoded sum.

    Attributes:
        convolutions: one after the other.
    """

    convolutions: tuple[Convolution, ...]

    def __call__(self, operations: Operations, image: Images) -> list[Images]:
        """Compute."""
        for step in self.convolutions:
            image = operations.convolve(image, step)
        return [operations.sigmoid(image)]

    @property
    def channels(self) -> tuple[int]:
        """Of the codes."""
        return (self.convolutions[0].kernel.shape[2],)

    @property
    def reach(self) -> int:
        """Pixels on all sides that a pixel of the image depends on."""
        return sum(step.radius for step in self.convolutions)

    smallest: int = 2


@dataclasses.dataclass(frozen=True, eq=False)
class CodeHeads:
    """From an image to linear maps of its code, and of the code's local strength.

    Attributes:
        stack: the coder.
        heads: 1x1 convolution of the code to all maps.
        strength_heads: 1x1 convolution of the local strength, see `layers.CodeActivity`, to what is added to them; None
            for nothing.
        radius: half side of the window of the local strength.
    """

    stack: Stack
    heads: Convolution
    strength_heads: Convolution | None = None
    radius: int = 0

    def __call__(self, operations: Operations, image: Images) -> list[Images]:
        """Compute."""
        found = code(operations, self.stack, image)
        maps = operations.convolve(found, self.heads)
        if self.strength_heads is None:
            return [maps]
        # The mean of maps is the map of means, and there are fewer maps than codes.
        strength = operations.convolve(operations.magnitude(found), self.strength_heads)
        return [maps + operations.box_mean(strength, self.radius, "symmetric")]

    def only(self, maps: Sequence[int]) -> "CodeHeads":
        """The same with some of the maps."""
        strength = None if self.strength_heads is None else _filters(self.strength_heads, maps)
        return dataclasses.replace(self, heads=_filters(self.heads, maps), strength_heads=strength)

    @property
    def channels(self) -> tuple[int]:
        """Of the image."""
        return (self.stack.units[0].encoder.kernel.shape[2],)

    @property
    def reach(self) -> int:
        """Pixels on all sides that a pixel of the maps depends on."""
        return self.stack.reach + self.radius

    smallest: int = 2


@dataclasses.dataclass(frozen=True, eq=False)
class Code:
    """From an image to its code.

    Attributes:
        stack: the coder.
    """

    stack: Stack

    def __call__(self, operations: Operations, image: Images) -> list[Images]:
        """Compute."""
        return [code(operations, self.stack, image)]

    @property
    def channels(self) -> tuple[int]:
        """Of the image."""
        return (self.stack.units[0].encoder.kernel.shape[2],)

    @property
    def reach(self) -> int:
        """Pixels on all sides that a pixel of the code depends on."""
        return self.stack.reach

    smallest: int = 2


@dataclasses.dataclass(frozen=True, eq=False)
class Decoder:
    """From a code to what it stands for, by one convolution.

    Attributes:
        convolution: the convolution.
    """

    convolution: Convolution

    def __call__(self, operations: Operations, image: Images) -> list[Images]:
        """Compute."""
        return [operations.convolve(image, self.convolution)]

    @property
    def channels(self) -> tuple[int]:
        """Of the code."""
        return (self.convolution.kernel.shape[2],)

    @property
    def smallest(self) -> int:
        """Least height and width."""
        return self.convolution.radius + 1


@dataclasses.dataclass(frozen=True, eq=False)
class LiftedDetail:
    """From a guide and a code at low resolution to what that code, lifted along the guide's code, stands for.

    The inputs after these two are matrices for rows and columns, two that shrink the guide's code to low resolution and
    two that enlarge from there: how depends on where the images lie in the whole.

    Attributes:
        guide_coder: the guide's coder, which gives as many channels as the other code has.
        decoder: of the lifted code.
        radius: of the fast guided filter, in pixels at low resolution.
        epsilon: its regularisation.
    """

    guide_coder: Code
    decoder: Decoder
    radius: int
    epsilon: float

    def __call__(self, operations: Operations, guide: Images, low_code: Images, *matrices: Any) -> list[Images]:
        """Compute."""
        shrink, enlarge = matrices[:2], matrices[2:]
        (guide_code,) = self.guide_coder(operations, guide)
        low_guide_code = operations.resize(guide_code, *shrink)
        slope, offset = local_lines(operations, low_guide_code, low_code, self.radius, self.epsilon)
        lifted = operations.resize(slope, *enlarge) * guide_code + operations.resize(offset, *enlarge)
        return self.decoder(operations, lifted)

    @property
    def channels(self) -> tuple[int | None, ...]:
        """Of guide and code; then there are four matrices."""
        return (*self.guide_coder.channels, *self.decoder.channels, *[None] * 4)

    @property
    def smallest(self) -> int:
        """Least height and width."""
        return max(self.guide_coder.smallest, self.decoder.smallest)


@dataclasses.dataclass(frozen=True, eq=False)
class JointDetail:
    """From a low-resolution image and the guide's squares of pixels, as channels, to the detail of those squares.

    Attributes:
        linear: filter of both images before the units, which then see its result too; None for none.
        stack: the coder.
        decoder: from its code to the detail, to which the filter's result is added.
    """

    linear: Convolution | None
    stack: Stack
    decoder: Convolution

    def __call__(self, operations: Operations, image: Images) -> list[Images]:
        """Compute."""
        if self.linear is None:
            return [operations.convolve(code(operations, self.stack, image), self.decoder)]
        filtered = operations.convolve(image, self.linear)
        seen = operations.concatenate([image, filtered])
        return [filtered + operations.convolve(code(operations, self.stack, seen), self.decoder)]

    @property
    def channels(self) -> tuple[int]:
        """Of both images together."""
        first = self.stack.units[0].encoder if self.linear is None else self.linear
        return (first.kernel.shape[2],)

    @property
    def reach(self) -> int:
        """Pixels on all sides that a pixel of the detail depends on."""
        return (self.linear.radius if self.linear else 0) + self.stack.reach + self.decoder.radius

    @property
    def smallest(self) -> int:
        """Least height and width."""
        return 1 + max(1, self.linear.radius if self.linear else 0)


def ivf_parts(fusion: keras.Model, rescale: bool = True) -> tuple[IVFEncoder, IVFDecoder]:
    """Encoder and decoder of a model from `cscfuse_keras.models.ivf.build_fusion`."""
    encoder = fusion.get_layer("encoder")
    units = {name: units_named(encoder, f"{name}_unit_") for name in ("base", "detail")}
    base_image = encoder.get_layer("split").output[0]
    seen = encoder.get_layer("base_unit_1").input[0] if len(units["base"]) > 1 else base_image
    split = IVFEncoder(
        fold_stack(units["base"], rescale),
        fold_stack(units["detail"], rescale),
        encoder.get_layer("split").window // 2,
        seen is not base_image,
    )
    # Each of the two codes has the offsets, their sum has them twice.
    decoder = (Convolution(step.kernel, 2 * step.bias) for step in fold_decoder(fusion.get_layer("decoder")))
    return split, IVFDecoder(tuple(decoder))


def ivf_pyramid_parts(fusion: keras.Model, rescale: bool = True) -> tuple[CodeHeads, np.ndarray]:
    """Coder of a model from `cscfuse_keras.models.ivf_pyramid.build_fusion`, and the first context's (2, channels) map.

    The coder's maps are those of all levels, three each, the finest level's two for pixels, and the context. The third
    of a level is detail, in brightness.
    """
    weigher = fusion.get_layer("weigher")
    scales = np.array([1, 1, DETAIL_SCALE], np.float32)
    heads = [scaled(convolution(weigher.get_layer(f"code_to_map_{k}")), scales) for k in range(len(weigher.inputs))]
    heads += [convolution(weigher.get_layer(name)) for name in ("code_to_pixel_maps", "context")]
    all_heads = _side_by_side(heads)
    of_code, of_strength = np.split(all_heads.kernel, 2, axis=2)
    coder = CodeHeads(
        fold_stack(units_named(weigher.get_layer("coder"), "unit_"), rescale),
        Convolution(of_code, all_heads.bias),
        Convolution(of_strength),
        weigher.get_layer("activity").radius,
    )
    return coder, convolution(weigher.get_layer("first_context")).kernel[0, 0]


def mef_parts(fusion: keras.Model, rescale: bool = True) -> CodeHeads:
    """Coder of a model from `cscfuse_keras.models.mef.build_fusion`; its maps are those of all levels."""
    mapper = fusion.get_layer("mapper")
    heads = [convolution(mapper.get_layer(f"code_to_map_{k}")) for k in range(len(mapper.inputs))]
    return CodeHeads(fold_stack(units_named(mapper.get_layer("coder"), "unit_"), rescale), _side_by_side(heads))


def joint_part(fusion: keras.Model, rescale: bool = True) -> JointDetail | None:
    """Joint branch of a model from `cscfuse_keras.models.msf.build_network`; None if it has none."""
    layers = {layer.name: layer for layer in fusion.layers}
    if "joint_detail" not in layers:
        return None
    return JointDetail(
        convolution(layers["joint_linear"]) if "joint_linear" in layers else None,
        fold_stack(units_named(fusion, "joint_unit_"), rescale),
        convolution(layers["joint_decoder"]),
    )


def guided_parts(fusion: keras.Model, rescale: bool = True) -> tuple[Code, Code, Decoder] | None:
    """Coders of low resolution and guide, and the decoder, of the paper's branch of a multi-spectral model."""
    if "lift_code" not in {layer.name for layer in fusion.layers}:
        return None
    coders = [Code(fold_stack(units_named(fusion, f"{name}_unit_"), rescale)) for name in ("low_resolution", "guide")]
    return coders[0], coders[1], Decoder(convolution(fusion.get_layer("decoder")))


def units_named(model: keras.Model, prefix: str) -> list:
    """The units of a model whose names begin so, in their order."""
    return [layer for layer in model.layers if layer.name.startswith(prefix)]


def _filters(whole, chosen):
    bias = None if whole.bias is None else whole.bias[list(chosen)]
    return Convolution(np.ascontiguousarray(whole.kernel[..., list(chosen)]), bias)


def _side_by_side(convolutions):
    biases = [np.zeros(each.kernel.shape[3], np.float32) if each.bias is None else each.bias for each in convolutions]
    return Convolution(np.concatenate([each.kernel for each in convolutions], axis=3), np.concatenate(biases))
