"""Multi-exposure fusion tile by tile and one exposure at a time, merged on the host."""

from collections.abc import Iterator, Sequence

import keras
import numpy as np

from cscfuse_keras.deployment.parts import mef_parts
from cscfuse_keras.io.scratch import forget
from cscfuse_keras.models.mef import merge_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.host_merge_exposures import ExposureLevel, PixelMerge, PyramidMerge
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
from cscfuse_keras.runtimes.tiles import Part, Pixels
from cscfuse_keras.tasks.colour import luma


class MEFRuntime:
    """Runs the coder of a fusion model by an engine, tile by tile, and merges on the host.

    Levels that fit a tile are computed whole, finer ones tile by tile: the same numbers in memory that the tile bounds,
    but for the whole levels of every exposure, which are small. Pictures larger than those that the network was trained
    on get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.

    Args:
        fusion: model from `cscfuse_keras.models.mef.build_fusion`.
        engine: computes the coder.
    """

    default_tile = 1024
    # Measured, of what a tile looks at.
    bytes_per_pixel = 400

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.levels = len(fusion.get_layer("mapper").inputs)
        # One part with the maps of all levels as channels.
        coder = mef_parts(fusion)
        self.coder, self.reach = engine.compile(coder), coder.reach
        self.detail_gain = np.float32(merge_settings(fusion).detail_gain)

    def __call__(
        self, exposures: Sequence[Pixels], side: int | None = None, fused: np.ndarray | None = None
    ) -> np.ndarray:
        """Fuse exposures.

        Args:
            exposures: float32 RGB (height, width, 3) in [0, 1].
            side: of the tiles, in pixels; `default_tile` by default.
            fused: float32 (height, width, 3) to write the result to.

        Returns:
            The fused image, float32 (height, width, 3), not clipped.
        """
        side, shape = side or self.default_tile, exposures[0].shape
        fused = np.empty(shape, np.float32) if fused is None else fused
        sizes = level_sizes(*shape[:2], levels_for_size(self.levels, *shape[:2]))
        parts = self._pixels if len(sizes) == 1 else self._pyramids
        for part in parts(exposures, sizes, side):
            fused[part.window] = part.pixels
            forget(fused)
        return fused

    def _pixels(self, exposures, sizes, side) -> Iterator[Part]:
        """Tiles merged without a pyramid."""
        for windows in tile_windows(sizes, side, self.reach):
            merge = PixelMerge(windows[0].wanted)
            for exposure in exposures:
                merge.add(self._levels(exposure, sizes, windows, [0]))
            yield merge.result()

    def _pyramids(self, exposures, sizes, side) -> Iterator[Part]:
        """Tiles merged in pyramids, whose coarse levels are merged whole."""
        # Levels that a larger picture gets more share the map of the finest.
        maps = [max(0, k - len(sizes) + self.levels) for k in range(len(sizes))]
        tiled = count_tiled(sizes, side)
        windows = tile_windows(sizes[tiled:], max(sizes[tiled]), 0)[0]
        merge = PyramidMerge([level.wanted for level in windows], 1.0 if tiled else self.detail_gain)
        coarse = []
        for exposure in exposures:
            finest = coarse_level(exposure, sizes[: tiled + 1], side)
            levels = self._levels(finest, sizes[tiled:], windows, maps[tiled:])
            merge.add(levels)
            coarse.append(levels[0])
        whole = merge.result()
        if not tiled:
            yield whole
            return
        for windows in tile_windows(sizes[:tiled], side, self.reach):
            merge = PyramidMerge([level.wanted for level in windows], self.detail_gain)
            for exposure, coarser in zip(exposures, coarse, strict=True):
                merge.add(self._levels(exposure, sizes[:tiled], windows, maps, coarser))
            yield merge.result(whole)

    def _levels(
        self,
        exposure: Pixels,
        sizes: Sequence[tuple[int, int]],
        windows: Sequence[LevelWindows],
        maps: Sequence[int],
        coarser: ExposureLevel | None = None,
    ) -> list[ExposureLevel]:
        """Levels of an exposure, finest first, in front of the next coarser one if there is one.

        Args:
            exposure: the finest of them.
            sizes: of the levels.
            windows: of the levels.
            maps: which of the network's maps each of the levels has.
            coarser: the next level.
        """
        levels = [] if coarser is None else [coarser]
        parts = gaussian_parts(exposure, sizes, windows[-1].seen)
        for part, needed, number in reversed(list(zip(parts, windows, maps, strict=False))):
            seen = luma(part[needed.seen])[..., np.newaxis]
            found = Part(run_in_strips(self.coder, seen, self.reach), needed.seen)[needed.wanted]
            found = found[..., number : number + 1]
            if levels:
                found = found + doubled(levels[0].found, needed.wanted)
            levels.insert(0, ExposureLevel(part, Part(found, needed.wanted)))
        return levels
