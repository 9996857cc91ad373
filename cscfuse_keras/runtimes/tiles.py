"""Rectangles of an image, addressed by the rows and columns of the whole."""

import dataclasses
from collections.abc import Iterator
from typing import Protocol, TypeAlias

import numpy as np

Window: TypeAlias = tuple[slice, slice]
"""Rows and columns, each from its start to its stop."""


class Pixels(Protocol):
    """An image, or what reads parts of one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width, and channels if it has that axis."""
        ...

    def __getitem__(self, window: Window, /) -> np.ndarray:
        """float32 array (rows, columns, ...) in [0, 1]."""
        ...


def tiles(window: Window, side: int) -> Iterator[Window]:
    """Cut a window into tiles of side x side pixels, smaller ones at the end, row by row."""
    for rows in _spans(window[0], side):
        for columns in _spans(window[1], side):
            yield rows, columns


def even_tiles(height: int, width: int, side: int) -> tuple[list[Window], tuple[int, int]]:
    """Cut an image into as few tiles of at most side x side pixels as cover it, all about equally large.

    Returns:
        The tiles, row by row, and height and width of the largest.
    """
    spans = [_even_spans(length, side) for length in (height, width)]
    rows, columns = (max(span.stop - span.start for span in each) for each in spans)
    return [(row, column) for row in spans[0] for column in spans[1]], (rows, columns)


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


def framed(window: Window, size: tuple[int, int], reach: int, outer: Window) -> Window:
    """A window of this height and width around a smaller one, with `reach` pixels on all sides that the outer one has.

    Near the end of the outer window it is moved inside; it is smaller only where the outer window is.
    """
    rows, columns = (
        _span_inside(span.start - reach, length, bounds)
        for span, length, bounds in zip(window, size, outer, strict=True)
    )
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


def _even_spans(length: int, longest: int) -> list[slice]:
    count = -(-length // longest)
    return [slice(k * length // count, (k + 1) * length // count) for k in range(count)]


def _spans(span: slice, side: int) -> Iterator[slice]:
    for start in range(span.start, span.stop, side):
        yield slice(start, min(start + side, span.stop))
