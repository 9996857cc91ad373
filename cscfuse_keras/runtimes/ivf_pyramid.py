"""Infrared-visible fusion in pyramids, tile by tile, blended on the host."""

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

from cscfuse_keras.deployment.parts import ivf_pyramid_parts
from cscfuse_keras.io.scratch import forget
from cscfuse_keras.models.ivf_pyramid import contrast_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.host_blend_pair import (
    HALF,
    blended_bands,
    fitting_contrast,
    limit_softly,
    weighted_pixels,
)
from cscfuse_keras.runtimes.pyramid_tiles import (
    LevelWindows,
    coarse_level,
    count_tiled,
    doubled,
    gaussian_parts,
    level_sizes,
    tile_windows,
)
from cscfuse_keras.runtimes.strips import run_in_strips
from cscfuse_keras.runtimes.tiles import Part, Pixels, Window, even_tiles


@dataclasses.dataclass(frozen=True, eq=False)
class _Level:
    """What is known of a level: both images, what it tells the next finer one, and the fused image less mid-grey."""

    pair: Part
    context: Part
    fused: Part


class IVFPyramidRuntime:
    """Runs the coder of a fusion model by an engine, level by level and tile by tile, and blends on the host.

    Levels that fit a tile are computed whole, finer ones tile by tile: the same numbers in memory that the tile bounds.
    Pictures larger than those that the network was trained on get more levels, see
    `cscfuse_keras.models.pyramid_levels.levels_for_size`.

    Args:
        fusion: model from `cscfuse_keras.models.ivf_pyramid.build_fusion`.
        engine: computes the coder.
    """

    default_tile = 1024
    # Measured, of what a tile looks at.
    bytes_per_pixel = 700
    over_time: Callable[[Hashable, Any], Any] | None = None
    """What averages over the pictures of a video what is found, by name, in whole pictures and in coarsest levels."""

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.levels = len(fusion.get_layer("weigher").inputs)
        self.contrast = contrast_settings(fusion).contrast
        coder, self.first_context = ivf_pyramid_parts(fusion)
        pixels = 3 * self.levels
        self.coder, self.reach = engine.compile(coder), coder.reach
        # The finest level costs most, and tells no other what it saw.
        self.finest_coder = engine.compile(coder.only([0, 1, 2, pixels, pixels + 1]))

    def __call__(
        self, infrared: Pixels, visible: Pixels, side: int | None = None, fused: np.ndarray | None = None
    ) -> np.ndarray:
        """Fuse two images.

        Args:
            infrared: float32 (height, width) in [0, 1].
            visible: likewise.
            side: of the tiles, in pixels; `default_tile` by default.
            fused: float32 (height, width) to write the result to.

        Returns:
            The fused image, float32 (height, width) in (0, 1).
        """
        height, width = infrared.shape
        side, pair = side or self.default_tile, _Pair(infrared, visible)
        fused = np.empty((height, width), np.float32) if fused is None else fused
        sizes = level_sizes(height, width, levels_for_size(self.levels, height, width))
        tiled = count_tiled(sizes, side)
        coarse = self._whole_levels(pair, sizes, tiled, side)
        squares = 0.0
        for level in [coarse] if tiled == 0 else self._tiles(pair, sizes, tiled, side, coarse):
            part = level.fused.pixels[..., 0]
            fused[level.fused.window] = part
            forget(fused)
            squares += float(np.mean(np.square(part))) * part.size
        square = squares / (height * width)
        contrast = fitting_contrast(self.contrast, self.over_time("square", square) if self.over_time else square)
        for window in even_tiles(height, width, side)[0]:
            fused[window] = limit_softly(HALF + contrast * fused[window])
            forget(fused)
        return fused

    def _whole_levels(self, pair: Pixels, sizes, tiled: int, side: int) -> _Level:
        """The finest level that is not computed in tiles, after all coarser ones."""
        finest = coarse_level(pair, sizes[: tiled + 1], side)
        windows = tile_windows(sizes[tiled:], max(sizes[tiled]), 0)[0]
        parts = gaussian_parts(finest, sizes[tiled:], windows[-1].seen)
        return self._levels(parts, windows, None, tiled, len(sizes))

    def _tiles(self, pair: Pixels, sizes, tiled: int, side: int, coarse: _Level) -> Iterator[_Level]:
        for windows in tile_windows(sizes[:tiled], side, self.reach):
            parts = gaussian_parts(pair, sizes[:tiled], windows[-1].seen)
            yield self._levels(parts, windows, coarse, 0, len(sizes))

    def _levels(
        self,
        parts: Sequence[Part],
        windows: Sequence[LevelWindows],
        level: _Level | None,
        first: int,
        count: int,
    ) -> _Level:
        """The finest of some levels, after all coarser ones of them.

        Args:
            parts: of these levels of both images, finest first.
            windows: of these levels.
            level: the next coarser one, None if there is none.
            first: number of the finest of them.
            count: of all levels.
        """
        whole = level is None
        for k in reversed(range(len(parts))):
            level = self._level(parts[k], windows[k], level, first + k, count, whole)
        assert level is not None
        return level

    def _level(
        self, pair: Part, windows: LevelWindows, coarser: _Level | None, number: int, count: int, whole: bool
    ) -> _Level:
        seen, wanted = pair[windows.seen], windows.wanted
        context = seen @ self.first_context if coarser is None else doubled(coarser.context, windows.seen)
        coder = self.coder if number else self.finest_coder
        found = run_in_strips(coder, np.concatenate([seen, context], axis=-1), self.reach)
        found = Part(found, windows.seen)[wanted]
        if self.over_time and number and whole and (coarser is None or min(found.shape[:2]) <= 2 * self.reach):
            # It sees so much of the picture that what flickers in one place would change all others.
            found = self.over_time(("found", number), found)
        # Maps of all levels come first, then the finest level's for pixels, then the context.
        head = max(0, number - (count - self.levels))
        maps = found[..., 3 * head : 3 * head + 3]
        if coarser is None:
            fused = blended_bands(pair[wanted] - HALF, maps)
        else:
            bands = pair[wanted] - doubled(coarser.pair, wanted)
            fused = doubled(coarser.fused, wanted) + blended_bands(bands, maps)
        if not number:
            fused += weighted_pixels(pair[wanted], found[..., 3:])
        return _Level(pair, Part(found[..., 3 * self.levels + 2 :], wanted), Part(fused, wanted))


class _Pair:
    """Both images side by side as channels."""

    def __init__(self, infrared: Pixels, visible: Pixels):
        self.images = infrared, visible

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self.images[0].shape, 2)

    def __getitem__(self, window: Window, /) -> np.ndarray:
        return np.stack([image[window] for image in self.images], axis=-1)
