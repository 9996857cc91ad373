"""Multi-spectral fusion, tile by tile."""

import keras
import numpy as np

from cscfuse_keras.deployment.parts import LiftedDetail, guided_parts, joint_part
from cscfuse_keras.out_of_memory import with_halved_tile
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.resize_matrices import enlarging, interpolated, shrinking
from cscfuse_keras.runtimes.tiles import Part, Pixels, Window, framed, scaled, shape, tiles, whole, widened

# Side, in pixels, of the pieces of a tile whose codes exist at one time: larger ones leave the processor's cache, of
# smaller ones more is overlap.
_PIECE = 128
# Side, in low-resolution pixels, of the smallest tiles where memory is short: of smaller ones most is overlap.
_LEAST_TILE = 16
_INPUTS = "low_resolution", "guide"


class MSFRuntime:
    """Runs a fusion model tile by tile: the numbers of the whole image, in memory that the tile bounds.

    Tiles overlap by what a pixel of the result depends on, and resizing goes by places in the whole image, so that
    tiles join without seams on every grid.

    Args:
        fusion: model from `cscfuse_keras.models.msf.build_network`.
        engine: computes codes and what they stand for.

    Attributes:
        bands: of the low-resolution image and of the result.
        guide_channels: channels of the guide.
        scale: whole ratio of the two resolutions.
        reach: low-resolution pixels on all sides of a tile that its pixels depend on.
    """

    default_tile = 512

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.bands, self.guide_channels = (fusion.get_layer(name).output.shape[-1] for name in _INPUTS)
        self.scale, self._grid = fusion.get_layer("enlarge").scale, fusion.get_layer("enlarge").grid
        kinds = (_GuidedDetail, guided_parts(fusion)), (_JointDetail, joint_part(fusion))
        self._details = [kind(fusion, engine, parts) for kind, parts in kinds if parts is not None]
        # Enlarging looks at the next pixel.
        self.reach = max([1, *(detail.reach for detail in self._details)])
        # Stored and unit samples of both images, the fused ones and their stored form.
        self.bytes_per_pixel = 8 * (3 * self.bands + self.guide_channels)

    def __call__(self, low_resolution: np.ndarray, guide: np.ndarray, side: int | None = None) -> np.ndarray:
        """Fuse whole images.

        Args:
            low_resolution: float32 (height, width, bands) in [0, 1].
            guide: float32 (scale * height, scale * width, guide_channels) in [0, 1].
            side: of the tiles, in pixels of the guide; `default_tile` by default.

        Returns:
            float32 array (scale * height, scale * width, bands), not clipped.
        """
        side = side or self.default_tile
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
        """Fuse a window, in smaller parts where memory does not suffice."""
        result = Part(fused, scaled(window, self.scale))

        def fuse_parts(side):
            for part in tiles(window, side):
                self._fuse_part(low_resolution, guide, size, part, result[scaled(part, self.scale)])

        with_halved_tile(fuse_parts, max(shape(window)), min(_LEAST_TILE, *shape(window)))

    def _fuse_part(self, low_resolution, guide, size, window, fused):
        around, place = widened(window, self.reach, size), scaled(window, self.scale)
        low_part, guide_part = (
            Part(image[part], part) for image, part in ((low_resolution, around), (guide, scaled(around, self.scale)))
        )
        matrices = [
            enlarging(target, source, length, self.scale, self._grid)
            for target, source, length in zip(place, around, size, strict=True)
        ]
        fused[:] = interpolated(low_part.pixels, *matrices)
        for detail in self._details:
            detail.add(Part(fused, place), low_part, guide_part, size, window)


class _GuidedDetail:
    """Codes of either image, those of low resolution lifted along those of the guide, then decoded."""

    def __init__(self, fusion, engine, parts):
        lift = fusion.get_layer("lift_code")
        self.scale, self.grid = lift.scale, lift.grid
        low_coder, guide_coder, decoder = parts
        self.low_coder = engine.compile(low_coder)
        self.lifter = engine.compile(LiftedDetail(guide_coder, decoder, lift.radius, lift.epsilon))
        # Enlarging, for the decoder too, which looks at the next pixel of the guide, needs the next pixel's line.
        line_reach = 1 + lift.radius
        self.guide_reach = line_reach - (-guide_coder.reach // self.scale)
        self.reach = max(self.guide_reach, line_reach + low_coder.reach)

    def add(self, fused: Part, low: Part, guide: Part, size, window: Window) -> None:
        for piece in tiles(window, _PIECE):
            around = widened(piece, self.reach, size)
            low_code = Part(self.low_coder(low[around])[0], around)
            for part in tiles(piece, max(1, _PIECE // self.scale)):
                place = scaled(part, self.scale)
                lifted = self.lifted(low_code, guide, size, part)
                fused_part = fused[place]
                fused_part += lifted[place]

    def lifted(self, low_code: Part, guide: Part, size, window: Window) -> Part:
        """The detail of a window and around it, where it is of no use."""
        # All windows are of one size, for which engines are then prepared.
        length = max(1, _PIECE // self.scale) + 2 * self.guide_reach
        short = framed(window, (length, length), self.guide_reach, low_code.window)
        fine = scaled(short, self.scale)
        matrices = [
            matrix(*spans, low_length, self.scale, self.grid)
            for matrix, targets, sources in ((shrinking, short, fine), (enlarging, fine, short))
            for *spans, low_length in zip(targets, sources, size, strict=True)
        ]
        return Part(self.lifter(guide[fine], low_code[short], *matrices)[0], fine)


class _JointDetail:
    """Codes of both images together, decoded."""

    def __init__(self, fusion, engine, part):
        self.scale, self.reach = fusion.get_layer("joint_detail").scale, part.reach
        self.compute = engine.compile(part)

    def add(self, fused: Part, low: Part, guide: Part, size, window: Window) -> None:
        for piece in tiles(window, _PIECE):
            around = widened(piece, self.reach, size)
            fine = scaled(around, self.scale)
            both = np.concatenate([low[around], _squares(guide[fine], self.scale)], axis=-1)
            detail = Part(_pixels(self.compute(both)[0], self.scale), fine)
            piece = scaled(piece, self.scale)
            place = fused[piece]
            place += detail[piece]


def _squares(image, scale):
    """`cscfuse_keras.layers.space_to_depth` of one image."""
    height, width, channels = image.shape
    squares = image.reshape(height // scale, scale, width // scale, scale, channels)
    return squares.transpose(0, 2, 1, 3, 4).reshape(height // scale, width // scale, scale**2 * channels)


def _pixels(squares, scale):
    """The inverse of `_squares`."""
    height, width, channels = squares.shape
    pixels = squares.reshape(height, width, scale, scale, channels // scale**2)
    return pixels.transpose(0, 2, 1, 3, 4).reshape(height * scale, width * scale, channels // scale**2)
