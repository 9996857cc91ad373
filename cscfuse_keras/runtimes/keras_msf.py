"""Multi-spectral fusion by Keras, on any backend, tile by tile."""

from typing import Protocol

import keras
import numpy as np
from keras import ops

from cscfuse_keras.layers.fast_guided_filter import local_lines
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.fold_normalization import folded_code
from cscfuse_keras.runtimes.resize_matrices import enlarging, resized, shrinking
from cscfuse_keras.runtimes.tiles import Part, Window, scaled, shape, tiles, whole, widened

# Side, in pixels, of the pieces of a tile whose codes exist at one time: larger ones leave the processor's cache, of
# smaller ones more is overlap.
_PIECE = 128
_INPUTS = "low_resolution", "guide"


class Pixels(Protocol):
    """An image, or what reads parts of one."""

    def __getitem__(self, window: Window, /) -> np.ndarray:
        """float32 array (rows, columns, channels) in [0, 1]."""
        ...


class KerasMSF:
    """Runs a fusion model tile by tile: the numbers of the whole image, in memory that the tile bounds.

    Tiles overlap by what a pixel of the result depends on, and resizing goes by places in the whole image, so that
    tiles join without seams on every grid.

    Args:
        fusion: model from `cscfuse_keras.models.msf.build_network`.

    Attributes:
        bands: of the low-resolution image and of the result.
        guide_channels: channels of the guide.
        scale: whole ratio of the two resolutions.
        reach: low-resolution pixels on all sides of a tile that its pixels depend on.
    """

    def __init__(self, fusion: keras.Model):
        keep_large_blocks()
        self.bands, self.guide_channels = (fusion.get_layer(name).output.shape[-1] for name in _INPUTS)
        self.scale, self._grid = fusion.get_layer("enlarge").scale, fusion.get_layer("enlarge").grid
        details = {"lift_code": _GuidedDetail, "joint_detail": _JointDetail}
        names = {layer.name for layer in fusion.layers}
        self._details = [detail(fusion) for name, detail in details.items() if name in names]
        # Enlarging looks at the next pixel.
        self.reach = max([1, *(detail.reach for detail in self._details)])

    def __call__(self, low_resolution: np.ndarray, guide: np.ndarray, side: int = 512) -> np.ndarray:
        """Fuse whole images.

        Args:
            low_resolution: float32 (height, width, bands) in [0, 1].
            guide: float32 (scale * height, scale * width, guide_channels) in [0, 1].
            side: of the tiles, in pixels of the guide.

        Returns:
            float32 array (scale * height, scale * width, bands), not clipped.
        """
        height, width = low_resolution.shape[:2]
        fused = np.empty((self.scale * height, self.scale * width, self.bands), np.float32)
        for window in tiles(whole(height, width), max(1, side // self.scale)):
            self._fuse(low_resolution, guide, (height, width), window, fused[scaled(window, self.scale)])
        return fused

    def tile(self, low_resolution: Pixels, guide: Pixels, size: tuple[int, int], window: Window) -> np.ndarray:
        """Fuse one tile.

        Args:
            low_resolution: image of `bands` bands.
            guide: image of `guide_channels` channels, `scale` times as high and wide.
            size: height and width of the low-resolution image.
            window: the tile's place in the low-resolution image.

        Returns:
            float32 array, `scale` times as high and wide as the window, not clipped.
        """
        fused = np.empty((*shape(scaled(window, self.scale)), self.bands), np.float32)
        self._fuse(low_resolution, guide, size, window, fused)
        return fused

    def _fuse(self, low_resolution, guide, size, window, fused):
        around, place = widened(window, self.reach, size), scaled(window, self.scale)
        low_part, guide_part = (
            Part(image[part], part) for image, part in ((low_resolution, around), (guide, scaled(around, self.scale)))
        )
        matrices = [
            enlarging(target, source, length, self.scale, self._grid)
            for target, source, length in zip(place, around, size, strict=True)
        ]
        fused[:] = resized(low_part.pixels, *matrices)
        for detail in self._details:
            detail.add(Part(fused, place), low_part, guide_part, size, window)


class _GuidedDetail:
    """Codes of either image, those of low resolution lifted along those of the guide, then decoded."""

    def __init__(self, fusion):
        lift = fusion.get_layer("lift_code")
        self.scale, self.grid = lift.scale, lift.grid
        low = keras.Input(fusion.get_layer("low_resolution").output.shape[1:])
        self.low_coder = _compiled([low], folded_code(_stack(fusion, "low_resolution"), low))
        self.lifter = _lifter(fusion)
        self.low_reach = _stack_reach(fusion, "low_resolution")
        self.guide_reach = -(-_stack_reach(fusion, "guide") // self.scale)
        # Enlarging, for the decoder too, which looks at the next pixel of the guide, needs the next pixel's line.
        self.line_reach = 1 + lift.radius
        self.reach = self.line_reach + max(self.low_reach, self.guide_reach)

    def add(self, fused: Part, low: Part, guide: Part, size, window: Window) -> None:
        for piece in tiles(window, _PIECE):
            low_code = self.low_code(low, size, widened(piece, self.line_reach, size))
            for part in tiles(piece, max(1, _PIECE // self.scale)):
                place = fused[scaled(part, self.scale)]
                place += self.lifted(low_code, guide, size, part)

    def low_code(self, low: Part, size, window: Window) -> Part:
        around = widened(window, self.low_reach, size)
        return Part(Part(_predict(self.low_coder, low[around]), around)[window], window)

    def lifted(self, low_code: Part, guide: Part, size, window: Window) -> np.ndarray:
        short = widened(window, self.line_reach, size)
        coded = scaled(widened(short, self.guide_reach, size), self.scale)
        place = scaled(window, self.scale)
        decoded = widened(place, 1, tuple(self.scale * side for side in size))
        shrink = [shrinking(*spans, self.scale, self.grid) for spans in zip(short, coded, size, strict=True)]
        enlarge = [enlarging(*spans, self.scale, self.grid) for spans in zip(decoded, short, size, strict=True)]
        first = np.array([inner.start - outer.start for inner, outer in zip(decoded, coded, strict=True)], np.int32)
        detail = _predict(self.lifter, guide[coded], low_code[short], first, *shrink, *enlarge)
        return Part(detail, decoded)[place]


class _JointDetail:
    """Codes of both images together, decoded."""

    def __init__(self, fusion):
        joint = fusion.get_layer("joint_detail")
        self.scale = joint.scale
        self.model = _compiled([fusion.get_layer(name).output for name in _INPUTS], joint.output)
        linear = next((layer.kernel_size // 2 for layer in fusion.layers if layer.name == "joint_linear"), 0)
        # The decoder looks at the next pixel.
        self.reach = linear + _stack_reach(fusion, "joint") + 1

    def add(self, fused: Part, low: Part, guide: Part, size, window: Window) -> None:
        for piece in tiles(window, _PIECE):
            around = widened(piece, self.reach, size)
            fine = scaled(around, self.scale)
            detail = Part(_predict(self.model, low[around], guide[fine]), fine)
            piece = scaled(piece, self.scale)
            place = fused[piece]
            place += detail[piece]


def _stack(fusion, branch):
    return [layer for layer in fusion.layers if layer.name.startswith(f"{branch}_unit_")]


def _stack_reach(fusion, branch):
    """Pixels on all sides that a pixel of a stack's code depends on."""
    # The first unit has one 3x3 convolution, all others two.
    return 2 * len(_stack(fusion, branch)) - 1


class _Lift(keras.layers.Layer):
    """`cscfuse_keras.layers.FastGuidedFilter` for a part of the image, all resizing by matrices.

    Inputs: low_code; guide_code, wider than the part that low_code is lifted to; row and column `first` where that part
    begins in it; matrices that shrink the guide's code to low_code's place, and that enlarge from there to the part.
    """

    def __init__(self, radius, epsilon):
        super().__init__()
        self.radius, self.epsilon = radius, epsilon

    def call(self, low_code, guide_code, first, shrink_rows, shrink_columns, enlarge_rows, enlarge_columns):
        low_guide_code = _resize(guide_code, shrink_rows, shrink_columns)
        slope, offset = local_lines(low_guide_code, low_code, self.radius, self.epsilon)
        slope, offset = (_resize(lines, enlarge_rows, enlarge_columns) for lines in (slope, offset))
        return slope * ops.slice(guide_code, (0, first[0, 0], first[0, 1], 0), ops.shape(slope)) + offset

    def compute_output_shape(self, low_code_shape, *others):
        return low_code_shape


def _lifter(fusion):
    """Model of the lifted and decoded detail; inputs: the guide's pixels, and `_Lift`'s but for the guide's code."""
    lift = fusion.get_layer("lift_code")
    guide, low_code = keras.Input(fusion.get_layer("guide").output.shape[1:]), keras.Input(lift.input[1].shape[1:])
    place = keras.Input((2,), dtype="int32"), *(keras.Input((None, None)) for _ in range(4))
    lifted = _Lift(lift.radius, lift.epsilon)(low_code, folded_code(_stack(fusion, "guide"), guide), *place)
    return _compiled([guide, low_code, *place], fusion.get_layer("decoder")(lifted))


def _resize(images, rows, columns):
    """`cscfuse_keras.runtimes.resize_matrices.resized` of a batch."""
    batch, height, width, channels = tuple(ops.shape(images))
    tall = ops.matmul(rows, ops.reshape(images, (batch, height, width * channels)))
    return ops.matmul(ops.expand_dims(columns, 1), ops.reshape(tall, (batch, -1, width, channels)))


def _compiled(inputs, outputs):
    model = keras.Model(inputs, outputs)
    # Compiling for every new size would take longer than fusing a tile.
    model.compile(jit_compile=False)
    return model


def _predict(model, *images):
    return model.predict_on_batch([image[np.newaxis] for image in images])[0]
