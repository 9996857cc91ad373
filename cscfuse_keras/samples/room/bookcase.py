"""A bookcase full of books."""

from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.geometry import Solid, Vector, around, rounded_box, vector
from cscfuse_keras.samples.room.scene import HALF_WIDTH, Body, Finish
from cscfuse_keras.samples.texture import fraction, ramp

CENTRE: Vector = (HALF_WIDTH - 0.15, 1.02, 3.33)
HALF: Vector = (0.15, 1.02, 1.02)
SHELVES, SHELF, BOARD = 6, 0.335, 0.03  # number, height and thickness
MOST = 160  # books on a shelf
BINDINGS = np.array(
    [
        (0.30, 0.05, 0.04),
        (0.04, 0.08, 0.20),
        (0.05, 0.16, 0.09),
        (0.48, 0.40, 0.26),
        (0.06, 0.06, 0.07),
        (0.52, 0.27, 0.06),
        (0.55, 0.53, 0.48),
        (0.10, 0.20, 0.24),
        (0.22, 0.12, 0.07),
    ],
    np.float32,
)


@dataclass(frozen=True)
class _Books:
    """Books (SHELVES, MOST): their ends along the shelves, widths, heights, bindings and titles' looks."""

    ends: np.ndarray
    widths: np.ndarray
    heights: np.ndarray
    bindings: np.ndarray
    titles: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "_Books":
        """Books at random, a few of them lent out."""
        shape = SHELVES, MOST
        widths = rng.uniform(0.018, 0.05, shape)
        heights = rng.uniform(0.62, 0.93, shape) * (rng.random(shape) > 0.05)
        bindings = BINDINGS[rng.integers(len(BINDINGS), size=shape)] * rng.uniform(0.6, 1.25, (*shape, 1))
        return cls(np.cumsum(widths, axis=1), widths, heights, bindings, rng.random((*shape, 3)))

    def spines(self, shelf: np.ndarray, along: np.ndarray, up: np.ndarray) -> np.ndarray:
        """Albedo (3, n) at places `along` a shelf and `up` from 0 to 1 between its boards."""
        number = np.zeros(along.shape, int)
        for row in range(SHELVES):
            number[shelf == row] = np.searchsorted(self.ends[row], along[shelf == row])
        book = shelf, np.minimum(number, MOST - 1)
        across = (self.ends[book] - along) / self.widths[book]
        place, length, look = self.titles[book].T
        spine = self.bindings[book].T * (0.45 + 0.55 * np.sqrt(np.sin(np.pi * np.clip(across, 0, 1))))
        title = np.abs(up - self.heights[book] * (0.45 + 0.35 * place)) < 0.10 * length
        title &= (np.abs(across - 0.5) < 0.36) & (fraction(up * 36 + look) > 0.45)
        spine = np.where(title, np.where(look > 0.5, 0.55, 0.05) * vector((1.0, 0.85, 0.55), 1), spine)
        shaded_by_board = 0.25 + 0.75 * ramp(1.0, 0.55, up)
        return np.where(up < self.heights[book], spine * shaded_by_board, 0.012)


def bookcase(rng: np.random.Generator) -> Body:
    """Oak shelves of books along the right wall."""
    books = _Books.draw(rng)

    def distance(points: np.ndarray) -> np.ndarray:
        return rounded_box(points, CENTRE, HALF, 0.005)

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        along, height = points[2] - CENTRE[2] + HALF[2] - 0.04, points[1] - 0.06
        shelf = np.clip(np.floor(height / SHELF), 0, SHELVES - 1).astype(int)
        up = (height - shelf * SHELF) / (SHELF - BOARD)
        outside = (height < 0) | (along < 0) | (along > 2 * HALF[2] - 0.08) | (normals[0] > -0.5)
        grain = 0.1 * np.sin(90 * points[1] + 6 * np.sin(7 * points[2]))
        oak = vector((0.26, 0.16, 0.085), 1) * np.exp(grain)
        return Finish(np.where(outside | (up > 1), oak, books.spines(shelf, along, up)), 0.004)

    return Body(Solid(distance, *around(CENTRE, (HALF[0] + 0.01, HALF[1] + 0.01, HALF[2] + 0.01))), finish)
