"""Alignment of hand-held exposures by whole pixels.

OpenCV's AlignMTB (Ward, Fast, Robust Image Registration for Compositing High Dynamic Range Photographs from Handheld
Exposures, 2003) proposes shifts. It errs on very dark and very bright exposures, so the detail that both pictures show
decides between its proposals and their neighbours.
"""

import dataclasses
import functools
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.tasks.exposures import middle_exposure

LARGEST_SHIFT = 1 / 8
"""Of width and height. What is displaced further hardly shows the same view."""

LEAST_AGREEMENT = 0.1
"""Correlation of detail below which pictures are taken for different views. Exposures of one view stay above it unless
one is all but black or white; of pairs of small unrelated pictures 3 in 100 pass."""

COARSEST_SIDE = 1024
DETAIL_WINDOW = 31
SAMPLES = 2**21

Shift = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Alignment:
    """How exposures lie against each other.

    Attributes:
        reference: index of the exposure that the others are aligned to.
        shifts: columns and rows to move each exposure by, to the right and down, to match the reference.
    """

    reference: int
    shifts: tuple[Shift, ...]

    def windows(self, rows: int, columns: int) -> list[tuple[slice, slice]]:
        """Rows and columns, in each exposure of this size, of the area that all exposures show."""
        left, top = (max(shift[axis] for shift in self.shifts) for axis in (0, 1))
        right = columns + min(x for x, _ in self.shifts)
        bottom = rows + min(y for _, y in self.shifts)
        return [(slice(top - y, bottom - y), slice(left - x, right - x)) for x, y in self.shifts]

    def crop(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Cut the area that all exposures show out of images, one an exposure; views, nothing is interpolated."""
        windows = self.windows(*images[0].shape[:2])
        return [image[window] for image, window in zip(images, windows, strict=True)]


def align_exposures(images: Sequence[np.ndarray], names: Sequence[str]) -> Alignment:
    """Find how exposures of one view are displaced against the one in the middle by brightness.

    Args:
        images: samples of any dtype and range, each (height, width) or RGB (height, width, 3), of one size.
        names: of the images, for messages.

    Raises:
        InputError: an exposure has too little in common with the reference within `LARGEST_SHIFT`.
    """
    reference = middle_exposure(images)
    pyramid = _pyramid(images[reference])
    shifts = []
    for k, (image, name) in enumerate(zip(images, names, strict=True)):
        shift, agreement = ((0, 0), 1.0) if k == reference else _shift_between(pyramid, _pyramid(image))
        if agreement < LEAST_AGREEMENT:
            rows, columns = (int(LARGEST_SHIFT * length) for length in image.shape[:2])
            raise InputError(
                f"{name}: expected the view of {names[reference]}, displaced by at most {columns} x {rows} pixels, "
                f"found too little in common (correlation {agreement:.2f}); leave it out, or do not align"
            )
        shifts.append(shift)
    return Alignment(reference, tuple(shifts))


def _pyramid(image: np.ndarray) -> list[np.ndarray]:
    """The picture with 8 bits and an even histogram, which hardly depends on exposure, and its halved copies."""
    samples = image if image.dtype in (np.uint8, np.uint16) else image.astype(np.float32)
    grey = samples if samples.ndim == 2 else cv2.cvtColor(samples, cv2.COLOR_RGB2GRAY)
    levels = [cv2.normalize(grey, np.empty(0), 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)]
    levels = [cv2.equalizeHist(cv2.GaussianBlur(levels[0], (0, 0), 1))]
    while max(levels[-1].shape) > COARSEST_SIDE:
        levels.append(cv2.pyrDown(levels[-1]))
    return levels


def _shift_between(first: list[np.ndarray], second: list[np.ndarray]) -> tuple[Shift, float]:
    """Shift of the second picture that matches the first, and their agreement at the coarsest level of the pyramids."""
    shift, agreement = _match(first[-1], second[-1], _proposals(first[-1], second[-1]))
    for finer in zip(first[-2::-1], second[-2::-1], strict=True):
        shift, _ = _match(*finer, [(2 * shift[0], 2 * shift[1])])
    return shift, agreement


def _proposals(first: np.ndarray, second: np.ndarray) -> list[Shift]:
    """No shift, and those that AlignMTB finds within different reaches: a wider one finds more, and errs more."""
    # OpenCV crashes where it would halve pictures to nothing.
    widest = int(np.log2(min(LARGEST_SHIFT * COARSEST_SIDE, *first.shape)))
    reaches = range(4, widest + 1)
    estimates = [cv2.createAlignMTB(max_bits=bits).calculateShift(first, second) for bits in reaches]
    return [(0, 0), *((int(x), int(y)) for x, y in estimates)]


def _match(first: np.ndarray, second: np.ndarray, proposals: Iterable[Shift]) -> tuple[Shift, float]:
    """The shift of best agreement that is reached from the best proposal by steps of a pixel, and that agreement."""
    details = [level - cv2.blur(level, (DETAIL_WINDOW, DETAIL_WINDOW)) for level in map(np.float32, (first, second))]

    @functools.cache
    def agreement(shift):
        return _correlation(*Alignment(0, ((0, 0), shift)).crop(details)) if _within(shift, first.shape) else -1.0

    shift = None
    best = max(proposals, key=agreement)
    while best != shift:
        shift = best
        steps = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
        best = max(((shift[0] + x, shift[1] + y) for x, y in steps), key=agreement)
    return best, agreement(best)


def _within(shift: Shift, shape: tuple[int, ...]) -> bool:
    return abs(shift[0]) <= LARGEST_SHIFT * shape[1] and abs(shift[1]) <= LARGEST_SHIFT * shape[0]


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of two images without mean, from some of their rows if they are large; 0 if one is flat."""
    step = 1 + first.size // SAMPLES
    first, second = first[::step], second[::step]
    norms = np.linalg.norm(first) * np.linalg.norm(second)
    return float(np.vdot(first, second) / norms) if norms else 0.0
