"""The exposures of a scene merged on the host, one after the other: memory does not grow with their number.

The same numbers as the layers of `cscfuse_keras.fusion` up to rounding.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from cscfuse_keras.tasks.colour import FROM_CHROMA, TO_CHROMA, luma

_TINY = np.float32(1e-8)


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
    """Luma weighed by the maps, chroma by its distance from grey; see `cscfuse_keras.fusion.merge_exposures`."""

    def __init__(self):
        self._luma = SoftmaxMean()
        self._distances = np.float32(0)
        self._chroma = np.float32(0)

    def add(self, levels: Sequence[np.ndarray], maps: Sequence[np.ndarray]) -> None:
        """Add an exposure, RGB (height, width, 3), with its map (height, width, 1)."""
        (exposure,), (found,) = levels, maps
        self._luma.add(luma(exposure)[..., np.newaxis], found)
        chroma = exposure @ TO_CHROMA
        distance = np.abs(chroma) + _TINY
        self._distances = self._distances + distance
        self._chroma = self._chroma + distance * chroma

    def result(self) -> np.ndarray:
        """The fused image, RGB (height, width, 3), not clipped."""
        return self._luma.result() + (self._chroma / self._distances) @ FROM_CHROMA


class PyramidMerge:
    """Laplacian pyramids weighed band by band; see `cscfuse_keras.fusion.blend_pyramids`."""

    def __init__(self, levels: int, detail_gain: float = 1.0):
        self._detail_gain = np.float32(detail_gain)
        self._bands = [SoftmaxMean() for _ in range(levels)]

    def add(self, levels: Sequence[np.ndarray], maps: Sequence[np.ndarray]) -> None:
        """Add the Gaussian pyramid of an exposure, finest level first, with a map for each level."""
        for k, (mean, found) in enumerate(zip(self._bands, maps, strict=True)):
            coarser = levels[k + 1 : k + 2]
            mean.add(levels[k] - double(coarser[0], *levels[k].shape[:2]) if coarser else levels[k], found)

    def result(self) -> np.ndarray:
        """The fused image, RGB (height, width, 3), not clipped."""
        *finer, fused = [mean.result() for mean in self._bands]
        for k, band in reversed(list(enumerate(finer))):
            fused = (band if k else self._detail_gain * band) + double(fused, *band.shape[:2])
        return fused


def gaussian_pyramid(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """The image (height, width, channels) and its halves; see `cscfuse_keras.layers.pyramid.halve`."""
    pyramid = [image]
    while len(pyramid) < levels:
        half = cv2.pyrDown(pyramid[-1], borderType=cv2.BORDER_REPLICATE)
        pyramid.append(half.reshape(*half.shape[:2], image.shape[2]))
    return pyramid


def double(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """The image enlarged to a size whose half it has; see `cscfuse_keras.layers.pyramid.double`."""
    # OpenCV's enlargement treats borders otherwise; one more pixel all around keeps them out of sight.
    padded = cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    return cv2.pyrUp(padded)[2 : 2 + height, 2 : 2 + width].reshape(height, width, image.shape[2])
