"""Rectangles of an image, addressed by the rows and columns of the whole."""

import dataclasses
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

Window: TypeAlias = tuple[slice, slice]
"""Rows and columns, each from its start to its stop."""


def tiles(window: Window, side: int) -> Iterator[Window]:
    """Cut a window into tiles of side x side pixels, smaller ones at the end, row by row."""
    for rows in _spans(window[0], side):
        for columns in _spans(window[1], side):
            yield rows, columns


def whole(height: int, width: int) -> Window:
    """The window that is an image of this size."""
    return slice(0, height), slice(0, width)


def widened(window: Window, reach: int, size: tuple[int, int]) -> Window:
    """A window with `reach` more pixels on all sides, as far as the image of this height and width goes."""
    rows, columns = (
        slice(max(0, span.start - reach), min(length, span.stop + reach))
        for span, length in zip(window, size, strict=True)
    )
    return rows, columns


def framed(window: Window, side: int, reach: int, outer: Window) -> Window:
    """A window of side x side pixels around a smaller one, with `reach` pixels on all sides that the outer one has.

    Near the end of the outer window it is moved inside; it is smaller only where the outer window is.
    """
    rows, columns = (_span_inside(span.start - reach, side, bounds) for span, bounds in zip(window, outer, strict=True))
    return rows, columns


def scaled(window: Window, scale: int) -> Window:
    """The same window of an image with `scale` times the height and width."""
    rows, columns = (slice(scale * span.start, scale * span.stop) for span in window)
    return rows, columns


def shape(window: Window) -> tuple[int, int]:
    """Height and width of a window."""
    rows, columns = window
    return rows.stop - rows.start, columns.stop - columns.start


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """A rectangle cut out of an image.

    Attributes:
        pixels: array (rows, columns, channels).
        window: where it was.
    """

    pixels: np.ndarray
    window: Window

    def __getitem__(self, window: Window) -> np.ndarray:
        """View of the pixels of a window inside the part."""
        top, left = (span.start for span in self.window)
        rows, columns = window
        return self.pixels[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


def _span_inside(start: int, length: int, bounds: slice) -> slice:
    start = max(bounds.start, min(start, bounds.stop - length))
    return slice(start, min(start + length, bounds.stop))


def _spans(span: slice, side: int) -> Iterator[slice]:
    for start in range(span.start, span.stop, side):
        yield slice(start, min(start + side, span.stop))
