"""Which pictures of two videos belong together: those nearest in time."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


def nearest_pairs(
    leading: Iterable[tuple[float, First]], other: Iterable[tuple[float, Second]], before: float, after: float
) -> Iterator[tuple[First, Second, float]]:
    """Give each picture of one video the nearest one of another, without keeping more than two of that.

    Pictures further before the other video's first, or after its last, than told get none: they are left out.

    Args:
        leading: times in seconds, which grow, and pictures.
        other: likewise; its rate may be another.
        before: seconds before the other video's first picture that it is taken for.
        after: seconds after the other video's last picture that it is taken for.

    Yields:
        Picture, nearest other picture, and how far apart they are in seconds.
    """
    other = iter(other)
    current, following = next(other, None), next(other, None)
    if current is None:
        return
    start = current[0]
    for time, picture in leading:
        while following is not None and abs(following[0] - time) <= abs(current[0] - time):
            current, following = following, next(other, None)
        if following is None and time > current[0] + after:
            return
        if time >= start - before:
            yield picture, current[1], abs(time - current[0])
