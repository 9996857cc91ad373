"""Registration of an infrared picture to the visible one, which stays as it is."""

import dataclasses

import cv2
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.tasks.edge_field import Matrix, inner_field
from cscfuse_keras.tasks.match_edges import (
    FINEST_SIDE,
    IDENTITY,
    SEARCHED_SIDE,
    agreement,
    at_size,
    distinctness,
    match_edges,
    refined,
    shrunk,
)
from cscfuse_keras.tasks.match_mutual_information import is_installed, match_mutual_information

SMALLEST_SIDE = 48
LARGEST_STRETCH = 0.05

LARGEST_DISPLACEMENT = 0.1
"""Of the width: what is displaced further hardly shows the same view."""

LARGEST_CHANGE = 0.08
"""Of scale, or by a turn in radians. What unrelated scenes have in common mostly asks for more."""

LEAST_DISTINCTNESS = 8.0
"""How far edges must agree better than at other shifts, in standard deviations. Pairs of unrelated scenes reach 6.8
within the limits of displacement and change, and 8.5 beyond."""

DOUBTED_DISPLACEMENT = 0.03
"""Of the width: what is displaced further must gain agreement by `LEAST_GAIN`. Edges of pictures that lie so far apart
hardly agree before, so that a small gain means a chance match."""

LEAST_GAIN = 1.5

LEAST_DISPLACEMENT = 0.5
"""In pixels. Resampling for less costs more sharpness than it gains."""


class AlignmentError(InputError):
    """The pictures of a pair cannot be brought into register."""


@dataclasses.dataclass(frozen=True, eq=False)
class Registration:
    """How an infrared picture lies against the visible one.

    Attributes:
        matrix: (2, 3): where a pixel (x, y, 1) of the visible picture lies in the infrared one scaled to its size.
        size: height and width of the visible picture.
        agreement: correlation of the edges of both after registration, at most 1.
        agreement_before: the same before.
    """

    matrix: Matrix
    size: tuple[int, int]
    agreement: float
    agreement_before: float

    @property
    def displacement(self) -> float:
        """How far the corners move, on average, in pixels."""
        return mean_displacement(self.matrix, self.size)

    @property
    def moves(self) -> bool:
        """Whether the infrared picture is displaced at all."""
        return self.displacement > 0

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns, in the visible picture, of the area that both show."""
        rows, columns = self.size
        # The edges hardly turn: what lies within both ends of each lies within the edge.
        x, y = cv2.invertAffineTransform(self.matrix) @ _corners(self.size)
        left, right = max(x[0], x[2], 0), min(x[1], x[3], columns - 1)
        top, bottom = max(y[0], y[1], 0), min(y[2], y[3], rows - 1)
        return slice(int(np.ceil(top)), int(bottom) + 1), slice(int(np.ceil(left)), int(right) + 1)

    def crop(self, infrared: np.ndarray, visible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The area that both show: the infrared picture resampled, the visible one as it is.

        Args:
            infrared: (height, width) or (height, width, 3), of any size and dtype.
            visible: likewise, of the registration's size.
        """
        return self.warp(infrared)[self.window], visible[self.window]

    def warp(self, infrared: np.ndarray) -> np.ndarray:
        """The infrared picture, of any size, as seen in the visible one's frame; its border is repeated beyond it."""
        image = scaled_to(infrared, self.size)
        if not self.moves:
            return image
        rows, columns = self.size
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(image, self.matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.clip(warped, image.min(), image.max())


def register_pair(
    infrared: np.ndarray, visible: np.ndarray, largest_displacement: float = LARGEST_DISPLACEMENT
) -> Registration:
    """Find the affine map that brings an infrared picture onto the visible one, by their edges.

    Where edges do not decide, and SimpleITK is installed, mutual information gives another start.

    Args:
        infrared: (height, width) or RGB (height, width, 3) of any dtype, range and size, but nearly the proportions of
            the visible picture.
        visible: (height, width) or RGB (height, width, 3) of any dtype and range.
        largest_displacement: of the corners on average, as a share of the visible picture's width.

    Returns:
        The registration; it moves nothing if the pictures lie in register to half a pixel.

    Raises:
        AlignmentError: the pictures are too small or of other proportions, share too few edges, or lie further apart.
    """
    size = visible.shape[:2]
    _check_sizes(infrared.shape[:2], size)
    # Beyond the finest size that is matched, memory would be taken for nothing.
    visible = _grey(shrunk(visible, FINEST_SIDE))
    infrared = _grey(scaled_to(infrared, visible.shape))
    small = [shrunk(image, SEARCHED_SIDE) for image in (infrared, visible)]
    field = inner_field(small[1])

    def distinct(matrix: Matrix) -> float:
        return distinctness(small[0], field, at_size(matrix, visible.shape, field.shape[1:]))

    matrix = match_edges(infrared, visible)
    field_of_visible = inner_field(visible)
    if distinct(matrix) < LEAST_DISTINCTNESS and is_installed():
        start = match_mutual_information(infrared, visible)
        matrix = max(matrix, refined(infrared, field_of_visible, start, affine=True), key=distinct)
    found = distinct(matrix)
    before, after = (agreement(infrared, field_of_visible, each) for each in (IDENTITY, matrix))
    if found < LEAST_DISTINCTNESS:
        raise AlignmentError(
            "expected infrared and visible to share edges that tell how they lie, found too few (distinctness "
            f"{found:.1f}, at least {LEAST_DISTINCTNESS:g} is needed); do not align, or register them by hand"
        )
    matrix = at_size(matrix, visible.shape, size)
    moved, limit = mean_displacement(matrix, size), largest_displacement * size[1]
    if moved > limit:
        raise AlignmentError(
            f"expected a displacement of at most {limit:.0f} pixels, found {moved:.0f}; "
            "check that both show the same view, or crop them to it"
        )
    change = float(np.abs(matrix - IDENTITY)[:, :2].max())
    if change > LARGEST_CHANGE:
        raise AlignmentError(
            f"expected scales and turns to differ by at most {LARGEST_CHANGE:.0%}, found {change:.0%}; "
            "check that both show the same view, or crop them to it"
        )
    if moved > DOUBTED_DISPLACEMENT * size[1] and after < LEAST_GAIN * before:
        raise AlignmentError(
            f"expected a displacement of {moved:.0f} pixels to raise the agreement of edges by half, found {after:.2f} "
            f"({before:.2f} before); do not align, or register them by hand"
        )
    if moved < LEAST_DISPLACEMENT or after <= before:
        return Registration(IDENTITY, size, before, before)
    return Registration(matrix, size, after, before)


def mean_displacement(matrix: Matrix, size: tuple[int, int]) -> float:
    """How far corners move, on average, in pixels."""
    return float(np.linalg.norm((matrix - IDENTITY) @ _corners(size), axis=0).mean())


def scaled_to(image: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """An image with another height and width; itself if they are the same."""
    if image.shape[:2] == size[:2]:
        return image
    shrinks = size[0] < image.shape[0]
    scaled = cv2.resize(image, (size[1], size[0]), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return np.clip(scaled, image.min(), image.max())


def _check_sizes(infrared: tuple[int, ...], visible: tuple[int, ...]) -> None:
    found = " and ".join("{1} x {0}".format(*size) for size in (infrared, visible))
    if min(*infrared, *visible) < SMALLEST_SIDE:
        raise AlignmentError(
            f"expected at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels to align, found {found}; do not align"
        )
    if abs(np.log(infrared[0] * visible[1] / (infrared[1] * visible[0]))) > LARGEST_STRETCH:
        raise AlignmentError(
            f"expected infrared and visible of the same proportions to align, found {found}; "
            "crop them to the same view first"
        )


def _corners(size: tuple[int, int]) -> np.ndarray:
    right, bottom = size[1] - 1, size[0] - 1
    return np.array([[0, right, 0, right], [0, 0, bottom, bottom], [1, 1, 1, 1]], float)


def _grey(image: np.ndarray) -> np.ndarray:
    samples = image.astype(np.float32)
    return samples if samples.ndim == 2 else cv2.cvtColor(samples, cv2.COLOR_RGB2GRAY)
