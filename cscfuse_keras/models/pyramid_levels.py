"""How many pyramid levels a picture gets, whatever its size."""

import math

TRAINED_SIDE = 512
"""Longer side, in pixels, of the pictures that networks of several levels are trained on."""


def levels_for_size(levels: int, height: int, width: int) -> int:
    """Number of levels, of a network of several, for a picture larger than those that it was trained on.

    A level, with the finest one's weights, is added at the fine end when the longer side reaches 1.4 times
    `TRAINED_SIDE`, twice that, and so on: so the coarsest level shows the whole scene in any picture. A network of one
    level keeps it.
    """
    return levels + max(0, round(math.log2(max(height, width) / TRAINED_SIDE))) if levels > 1 else levels
