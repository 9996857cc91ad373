"""The exposures of a scene merged on the host, one after the other: memory does not grow with their number.

The same numbers as the layers of `cscfuse_keras.fusion` up to rounding.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from cscfuse_keras.runtimes.pyramid_tiles import doubled
from cscfuse_keras.runtimes.tiles import Part, Window
from cscfuse_keras.tasks.colour import FROM_CHROMA, TO_CHROMA, luma

_TINY = np.float32(1e-8)


@dataclasses.dataclass(frozen=True, eq=False)
class ExposureLevel:
    """A level of an exposure's Gaussian pyramid.

    Attributes:
        pixels: RGB (rows, columns, 3).
        found: its map (rows, columns, 1), before the softmax.
    """

    pixels: Part
    found: Part


class SoftmaxMean:
    """Mean of images weighted by the softmax of their maps, without keeping them.

    Sums are kept relative to the highest map so far, and rescaled when a higher one comes.
    """

    def __init__(self):
        self._highest = np.float32(-np.inf)
        self._weights = np.float32(0)
        self._sum = np.float32(0)

    def add(self, values: np.ndarray, found: np.ndarray) -> None:
        """Add an image (height, width, channels) with its map (height, width, 1), before the softmax."""
        highest = np.maximum(self._highest, found)
        earlier, weight = np.exp(self._highest - highest), np.exp(found - highest)
        self._weights = self._weights * earlier + weight
        self._sum = self._sum * earlier + weight * values
        self._highest = highest

    def result(self) -> np.ndarray:
        """The mean (height, width, channels)."""
        return np.asarray(self._sum / self._weights)


class PixelMerge:
    """Luma weighed by the maps, chroma by its distance from grey; see `cscfuse_keras.fusion.merge_exposures`.

    Args:
        window: of the result.
    """

    def __init__(self, window: Window):
        self._window = window
        self._luma = SoftmaxMean()
        self._distances = np.float32(0)
        self._chroma = np.float32(0)

    def add(self, levels: Sequence[ExposureLevel]) -> None:
        """Add an exposure, whose only level this is."""
        (level,) = levels
        exposure = level.pixels[self._window]
        self._luma.add(luma(exposure)[..., np.newaxis], level.found[self._window])
        chroma = exposure @ TO_CHROMA
        distance = np.abs(chroma) + _TINY
        self._distances = self._distances + distance
        self._chroma = self._chroma + distance * chroma

    def result(self) -> Part:
        """The fused image, RGB (rows, columns, 3), not clipped."""
        return Part(self._luma.result() + (self._chroma / self._distances) @ FROM_CHROMA, self._window)


class PyramidMerge:
    """Laplacian pyramids weighed band by band; see `cscfuse_keras.fusion.blend_pyramids`.

    Args:
        windows: of the result, level by level, finest first.
        detail_gain: factor on the band of the first level.
    """

    def __init__(self, windows: Sequence[Window], detail_gain: float = 1.0):
        self._windows = windows
        self._detail_gain = np.float32(detail_gain)
        self._bands = [SoftmaxMean() for _ in windows]

    def add(self, levels: Sequence[ExposureLevel]) -> None:
        """Add levels of an exposure, finest first; one more than windows where coarser ones are merged elsewhere."""
        for k, (mean, window) in enumerate(zip(self._bands, self._windows, strict=True)):
            band = levels[k].pixels[window]
            if k + 1 < len(levels):
                band = band - doubled(levels[k + 1].pixels, window)
            mean.add(band, levels[k].found[window])

    def result(self, coarser: Part | None = None) -> Part:
        """The first level of the fused image, RGB (rows, columns, 3), not clipped.

        Args:
            coarser: the level of it after the last window's; None if there is none.
        """
        for k in reversed(range(len(self._bands))):
            window, band = self._windows[k], self._bands[k].result()
            if coarser is not None:
                band = (band if k else self._detail_gain * band) + doubled(coarser, window)
            coarser = Part(band, window)
        assert coarser is not None
        return coarser
