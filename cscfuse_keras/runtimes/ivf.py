"""Infrared-visible fusion by the paper's network, tile by tile, with its merge rules on the host."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

from cscfuse_keras.deployment.parts import ivf_parts
from cscfuse_keras.io.scratch import forget
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.host_merge import RULE_REACH, CodeStatistics, count_levels, merge, statistics_of
from cscfuse_keras.runtimes.tiles import Part, Pixels, Window, even_tiles, framed, whole, widened


class IVFRuntime:
    """Runs encoder and decoder of a fusion model by an engine, and its merge rules by `host_merge`, tile by tile.

    The saliency rule asks for the range and the histogram of whole codes: larger images than a tile are then coded
    three times, for range, histogram and fusion.

    Args:
        fusion: model from `cscfuse_keras.models.ivf.build_fusion`.
        engine: computes encoder and decoder.
    """

    default_tile = 640
    # Measured, of what a tile looks at.
    bytes_per_pixel = 8500
    over_time: Callable[[Hashable, Any], Any] | None = None
    """What averages over the pictures of a video what is found, by name, in whole codes."""

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.merges = [fusion.get_layer("merge_base"), fusion.get_layer("merge_detail")]
        encoder, decoder = ivf_parts(fusion)
        self.encode, self.decode = engine.compile(encoder), engine.compile(decoder)
        self.encoder_reach, self.decoder_reach = encoder.reach, decoder.reach
        self.rule_reach = max(RULE_REACH[layer.rule] for layer in self.merges)
        self.reach = self.encoder_reach + self.rule_reach + self.decoder_reach

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
            The fused image, float32 (height, width) in [0, 1].
        """
        height, width = infrared.shape
        fused = np.empty((height, width), np.float32) if fused is None else fused
        outputs, largest = even_tiles(height, width, side or self.default_tile)
        before_decoding = self.rule_reach + self.decoder_reach
        # The only tile's codes serve all passes.
        only = list(self._codes(infrared, visible, outputs, largest, before_decoding)) if len(outputs) == 1 else None

        def coded(margin):
            return only or self._codes(infrared, visible, outputs, largest, margin)

        salient = any(layer.rule == "saliency" for layer in self.merges)
        statistics = self._statistics(coded) if salient and (self.over_time or not only) else [None, None]
        for window, codes in coded(before_decoding):
            around = widened(window, self.decoder_reach, (height, width))
            merged = self.merged(*([code.pixels for code in image] for image in codes), statistics)
            (result,) = self.decode(np.ascontiguousarray(Part(merged, codes[0][0].window)[around]))
            fused[window] = Part(result, around)[window][..., 0]
            forget(fused)
        return fused

    def merged(
        self,
        infrared: Sequence[np.ndarray],
        visible: Sequence[np.ndarray],
        statistics: Sequence[Sequence[CodeStatistics] | None] = (None, None),
    ) -> np.ndarray:
        """Sum of merged base and merged detail codes (height, width, channels) of two images' base and detail codes.

        Args:
            infrared: base and detail code of the infrared image.
            visible: those of the visible image.
            statistics: of both images' base codes and of both images' detail codes, if these are parts of them.
        """
        base, detail = (
            np.float32(layer.gain) * merge(layer.rule, *pair, known)
            for layer, pair, known in zip(self.merges, zip(infrared, visible, strict=True), statistics, strict=True)
        )
        return base + detail

    def _codes(
        self, infrared: Pixels, visible: Pixels, outputs: Sequence[Window], largest: tuple[int, int], margin: int
    ) -> Iterator[tuple[Window, list[list[Part]]]]:
        """Base and detail code of each image for each tile, and for `margin` pixels around it."""
        size, reach = infrared.shape, margin + self.encoder_reach
        extent = (largest[0] + 2 * reach, largest[1] + 2 * reach)
        for window in outputs:
            seen = framed(window, extent, reach, whole(*size))
            around = widened(window, margin, size)
            codes = [self.encode(image[seen][..., np.newaxis]) for image in (infrared, visible)]
            yield window, [[Part(Part(code, seen)[around], around) for code in image] for image in codes]

    def _statistics(self, coded) -> list[list[CodeStatistics]]:
        """Of both images' base codes, and of both images' detail codes; `coded` gives them tile by tile."""

        def all_codes():
            for _, codes in coded(0):
                # By part of the code, then by image.
                yield [[image[part].pixels for image in codes] for part in (0, 1)]

        ranges = [[_Range(), _Range()] for _ in self.merges]
        for parts in all_codes():
            for part, each in zip(parts, ranges, strict=True):
                for code, found in zip(part, each, strict=True):
                    found.add(code)
        if self.over_time:
            for k, both in enumerate(ranges):
                for j, found in enumerate(both):
                    found.low = self.over_time(("low", k, j), found.low)
                    found.high = self.over_time(("high", k, j), found.high)
        counts = [[0, 0] for _ in self.merges]
        for parts in all_codes():
            for k, part in enumerate(parts):
                for j, code in enumerate(part):
                    counts[k][j] = counts[k][j] + count_levels(code, ranges[k][j].low, ranges[k][j].high)
        if self.over_time:
            counts = [
                [self.over_time(("counts", k, j), count) for j, count in enumerate(both)]
                for k, both in enumerate(counts)
            ]
        return [
            [statistics_of(found.low, found.high, count) for found, count in zip(*both, strict=True)]
            for both in zip(ranges, counts, strict=True)
        ]


class _Range:
    """Least and greatest value of each channel so far."""

    def __init__(self):
        self.low, self.high = np.float32(np.inf), np.float32(-np.inf)

    def add(self, code: np.ndarray) -> None:
        self.low = np.minimum(self.low, code.min(axis=(0, 1)))
        self.high = np.maximum(self.high, code.max(axis=(0, 1)))
