"""Image pyramids tile by tile: what the pixels of a tile depend on, level by level.

Level k + 1 has half the height and width of level k, rounded up. A network looks `reach` pixels far at each level, and
is told by the next coarser level what that saw; so a tile depends on ever wider windows of ever coarser levels.
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from cscfuse_keras.runtimes.tiles import Part, Pixels, Window, even_tiles, framed, tiles, whole, widened


@dataclasses.dataclass(frozen=True)
class LevelWindows:
    """What is needed of one level.

    Attributes:
        wanted: of the results.
        seen: of the image, around `wanted`, to compute them from.
    """

    wanted: Window
    seen: Window


def level_sizes(height: int, width: int, levels: int) -> list[tuple[int, int]]:
    """Height and width of each level of a pyramid, finest first."""
    sizes = [(height, width)]
    while len(sizes) < levels:
        sizes.append(tuple((side + 1) // 2 for side in sizes[-1]))
    return sizes


def count_tiled(sizes: Sequence[tuple[int, int]], side: int) -> int:
    """How many of a pyramid's levels, from the finest on, are better computed in tiles of this side.

    None if the image fits a tile. Otherwise all those that do not fit half of one; a pyramid of several levels keeps
    at least its coarsest.
    """
    if max(sizes[0]) <= side:
        return 0
    large = sum(max(size) > max(1, side // 2) for size in sizes)
    return max(1, min(large, len(sizes) - 1))


def tile_windows(sizes: Sequence[tuple[int, int]], side: int, reach: int) -> list[list[LevelWindows]]:
    """Windows of each level for each tile of the finest.

    What a network sees of a level has one size in all tiles, unless the level is smaller.

    Args:
        sizes: of the levels that are computed in tiles.
        side: longest side of the tiles, in pixels of the finest level.
        reach: pixels on all sides that a result depends on, at each level.
    """
    found = []
    outputs, largest = even_tiles(*sizes[0], side)
    for window in outputs:
        levels, extent = [], largest
        for size in sizes:
            extent = tuple(length + 2 * reach for length in extent)
            levels.append(LevelWindows(window, framed(window, extent, reach, whole(*size))))
            window = halved(levels[-1].seen, size)
            extent = tuple(length // 2 + 3 for length in extent)
        found.append(levels)
    return found


def gaussian_parts(image: Pixels, sizes: Sequence[tuple[int, int]], window: Window) -> list[Part]:
    """Parts of the levels of an image's Gaussian pyramid (`cscfuse_keras.layers.pyramid.halve`).

    Args:
        image: whose parts (rows, columns, channels) are the finest level.
        sizes: of the levels; the last is the coarsest wanted.
        window: of the coarsest level, which is covered; finer ones as far as it depends on them.
    """
    windows = [window]
    for size in reversed(sizes[:-1]):
        doubled = tuple(slice(2 * span.start, 2 * span.stop) for span in windows[0])
        windows.insert(0, widened(doubled, 2, size))
    parts = [Part(image[windows[0]], windows[0])]
    for window in windows[1:]:
        finer = parts[-1]
        half = cv2.pyrDown(finer.pixels, borderType=cv2.BORDER_REPLICATE)
        part = Part(half.reshape(*half.shape[:2], finer.pixels.shape[2]), _halves(finer.window))
        parts.append(Part(part[window], window))
    return parts


def coarse_level(image: Pixels, sizes: Sequence[tuple[int, int]], side: int) -> np.ndarray:
    """The last of these levels of an image's Gaussian pyramid, whole, from tiles of the image of about this side."""
    if len(sizes) == 1:
        return image[whole(*sizes[0])]
    pieces = tiles(whole(*sizes[-1]), max(1, side >> (len(sizes) - 1)))
    parts = (gaussian_parts(image, sizes, piece)[-1] for piece in pieces)
    first = next(parts)
    level = np.empty((*sizes[-1], first.pixels.shape[2]), np.float32)
    level[first.window] = first.pixels
    for part in parts:
        level[part.window] = part.pixels
    return level


def doubled(part: Part, window: Window) -> np.ndarray:
    """A window of the next finer level by interpolation (`cscfuse_keras.layers.pyramid.double`).

    Args:
        part: of a level, which covers `halved` of the window.
        window: of the next finer level.
    """
    rows, columns = (
        slice(max(have.start, span.start // 2 - 1), min(have.stop, (span.stop + 1) // 2 + 1))
        for span, have in zip(window, part.window, strict=True)
    )
    image = part[rows, columns]
    # OpenCV's enlargement treats borders otherwise; one more pixel all around keeps them out of sight.
    fine = cv2.pyrUp(cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_REPLICATE))
    top, left = (2 + span.start - 2 * have.start for span, have in zip(window, (rows, columns), strict=True))
    height, width = (span.stop - span.start for span in window)
    return fine.reshape(*fine.shape[:2], image.shape[2])[top : top + height, left : left + width]


def halved(window: Window, size: tuple[int, int]) -> Window:
    """What `doubled` needs of the next coarser level for a window of a level of this size."""
    rows, columns = (
        slice(max(0, span.start // 2 - 1), min((length + 1) // 2, (span.stop + 1) // 2 + 1))
        for span, length in zip(window, size, strict=True)
    )
    return rows, columns


def _halves(window: Window) -> Window:
    rows, columns = (slice(span.start // 2, (span.stop + 1) // 2) for span in window)
    return rows, columns
