"""How the weights of two networks differ."""

import itertools
from collections.abc import Sequence
from typing import Any


def first_difference(due: Sequence[Any], found: Sequence[Any]) -> str | None:
    """The first of two networks' variables that differ in shape, for messages.

    Args:
        due: variables of the network that needs weights.
        found: variables of the one that has them.

    Returns:
        `"PATH of shape SHAPE, found SHAPE"`; None if all agree.
    """
    for one, other in itertools.zip_longest(due, found):
        if one is None:
            return f"no further weight, found {other.path} of shape {tuple(other.shape)}"
        if other is None or tuple(one.shape) != tuple(other.shape):
            shape = "none" if other is None else tuple(other.shape)
            return f"{one.path} of shape {tuple(one.shape)}, found {shape}"
    return None
