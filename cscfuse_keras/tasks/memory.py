"""How much memory a fusion takes: where its large arrays lie, and how large its tiles are."""

import math
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from cscfuse_keras.errors import EnvironmentProblem, UsageError
from cscfuse_keras.io import limits
from cscfuse_keras.io.scratch import forget, scratch_array
from cscfuse_keras.runtimes.allocator import return_free_blocks

ENGINE = 150_000_000
"""Bytes that an engine takes whatever the tile; OpenVINO the most."""

SMALLEST_TILE = 64
"""Least side of tiles: of smaller ones nearly everything is overlap."""


class Memory:
    """The memory that a process may take.

    Args:
        limit: bytes that the process may hold in all; that of `cscfuse_keras.io.limits` by default.
        folder: on whose disk scratch files lie; the system's folder for temporary files by default.
    """

    def __init__(self, limit: int | None = None, folder: Path | None = None):
        self.limit = limits.current().memory if limit is None else limit
        self.folder = Path(tempfile.gettempdir()) if folder is None else folder

    def left(self) -> int:
        """Bytes that the process may take in addition."""
        self.tidy()
        return self.limit - _taken()

    def tidy(self) -> None:
        """Return freed memory to the system if the process holds more than half of what it may."""
        if _taken() > self.limit // 2:
            return_free_blocks()

    def array(self, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
        """An array to be filled, on disk if it would take more than half of what is left.

        Raises:
            EnvironmentProblem: there is no room on the disk.
        """
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > self.left() // 2:
            return scratch_array(shape, dtype, self.folder)
        array = np.empty(shape, dtype)
        # Memory is taken when it is first written to; from here on it counts.
        array.fill(0)
        return array

    def kept(self, array: np.ndarray) -> np.ndarray:
        """An array, moved to disk if there is no room for another of its size.

        Raises:
            EnvironmentProblem: there is no room on the disk.
        """
        if array.nbytes <= self.left():
            return array
        moved = scratch_array(array.shape, array.dtype, self.folder)
        moved[:] = array
        forget(moved)
        return moved

    def tile(self, side: int, reach: int, bytes_per_pixel: int, size: tuple[int, int]) -> int:
        """The side that tiles may have, `side` halved as often as needed.

        Args:
            side: wanted, in pixels.
            reach: pixels on all sides of a tile that are computed with it.
            bytes_per_pixel: that computing takes.
            size: height and width of the image.

        Raises:
            EnvironmentProblem: not even the smallest fits.
        """
        left = self.left()
        while (needed := ENGINE + _seen(side, reach, size) * bytes_per_pixel) > left:
            if side <= SMALLEST_TILE:
                raise EnvironmentProblem(
                    f"memory: expected {limits.in_units(needed)} for tiles of {side} pixels, found "
                    f"{limits.in_units(max(0, left))} left of {limits.in_units(self.limit)}; allow more with "
                    "--memory-limit, or make the pictures smaller"
                )
            side = max(SMALLEST_TILE, side // 2)
        return side


def checked_tile(tile: int | None, default: int) -> int:
    """The side of tiles that a user states, or the default.

    Raises:
        UsageError: it is not positive.
    """
    if tile is not None and tile < 1:
        raise UsageError(f"tile: expected at least 1 pixel, found {tile}; {default} is a good side")
    return tile or default


def _seen(side: int, reach: int, size: tuple[int, int]) -> int:
    """Pixels that a tile of the image looks at."""
    return math.prod(min(length, side + 2 * reach) for length in size)


def _taken() -> int:
    """Bytes that the process holds; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
