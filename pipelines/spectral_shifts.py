"""What one image of many bands and its guide teach by Wald's protocol, at every offset of the low-resolution grid."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from pipelines.wald import Wald

SYMMETRIES = 8
"""Quarter turns, and those of the mirrored image."""


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """A degraded image and the truth, float32 in [0, 1].

    Attributes:
        low_resolution: array (height, width, bands).
        guide: array (scale * height, scale * width, channels).
        truth: array (scale * height, scale * width, bands).
        valid: bool (height, width): where no pixel without a value had an influence.
    """

    low_resolution: np.ndarray
    guide: np.ndarray
    truth: np.ndarray
    valid: np.ndarray

    def cut(self, top: int, left: int, size: int) -> "Pair":
        """A square of the low-resolution grid."""
        scale = self.truth.shape[0] // self.low_resolution.shape[0]
        fine = np.s_[scale * top : scale * (top + size), scale * left : scale * (left + size)]
        coarse = np.s_[top : top + size, left : left + size]
        return Pair(self.low_resolution[coarse], self.guide[fine], self.truth[fine], self.valid[coarse])

    def turned(self, symmetry: int) -> "Pair":
        """One of the `SYMMETRIES`, by number from 0."""
        turned = (np.rot90(getattr(self, field.name), symmetry % 4) for field in dataclasses.fields(self))
        return Pair(*(image[:, ::-1] if symmetry >= 4 else image for image in turned))


def shifted_pairs(bands: np.ndarray, low_guide: np.ndarray, valid: np.ndarray, degradation: Wald) -> list[Pair]:
    """Degrade an image once from each of its first scale x scale pixels on: as many pairs of one size.

    A network must do as well wherever the grid of the low resolution lies, and the pairs of all places are `scale`
    squared times as many pixels of low resolution.

    Args:
        bands: float32 (height, width, bands), the truth.
        low_guide: the guide, degraded to this size, (height, width, channels).
        valid: bool (height, width): where both have a value. Elsewhere they hold any finite one.
        degradation: of the bands; that of the guide must have been of the same scale.

    Returns:
        Pairs by the row, then the column, that they begin at.

    Raises:
        InputError: the sensor has another number of bands.
    """
    scale = degradation.scale
    rows, columns = ((side - scale + 1) // scale * scale for side in valid.shape)
    # The degradation's filter looks at pixels up to twice the scale away.
    certain = ndimage.minimum_filter(valid, 4 * scale + 1, mode="nearest")
    pairs = []
    for top, left in np.ndindex(scale, scale):
        place = np.s_[top : top + rows, left : left + columns]
        squares = certain[place].reshape(rows // scale, scale, columns // scale, scale)
        pairs.append(
            Pair(degradation.degrade_bands(bands[place]), low_guide[place], bands[place], squares.all(axis=(1, 3)))
        )
    return pairs


class RandomPatches:
    """Patches without invalid pixels, all as likely, turned and mirrored at random.

    Args:
        pairs: to cut them from.
        size: largest side of the patches, in pixels of the low resolution; smaller if no such patch is valid.

    Attributes:
        size: side of the patches; 0 if no pixel is valid.
    """

    def __init__(self, pairs: Sequence[Pair], size: int):
        self.pairs = pairs
        self.size, self._corners = next(
            ((side, corners) for side in range(size, 0, -1) if len(corners := _corners(pairs, side))), (0, None)
        )

    def draw(self, count: int, random: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """`({"low_resolution": ..., "guide": ...}, truth)` of so many patches."""
        chosen = self._corners[random.integers(len(self._corners), size=count)]
        patches = [
            self.pairs[number].cut(top, left, self.size).turned(symmetry)
            for (number, top, left), symmetry in zip(chosen, random.integers(SYMMETRIES, size=count), strict=True)
        ]
        low_resolution, guide, truth = (
            np.stack([getattr(patch, name) for patch in patches]) for name in ("low_resolution", "guide", "truth")
        )
        return {"low_resolution": low_resolution, "guide": guide}, truth


def _corners(pairs, side):
    """Number of the pair, row and column of each square that is all valid: int array (n, 3)."""
    found = [np.empty((0, 3), int)]
    for number, pair in enumerate(pairs):
        if min(pair.valid.shape) >= side:
            squares = np.lib.stride_tricks.sliding_window_view(pair.valid, (side, side))
            places = np.argwhere(squares.all(axis=(2, 3)))
            found.append(np.insert(places, 0, number, axis=1))
    return np.concatenate(found)
