"""A network run over an image in strips of rows: the same numbers in bounded memory.

It is also faster, since a strip's codes stay in the processor's cache.
"""

from collections.abc import Callable

import numpy as np


def run_in_strips(
    network: Callable[[np.ndarray], np.ndarray], image: np.ndarray, reach: int, pixels: int = 2**17
) -> np.ndarray:
    """Apply a network of the size-keeping kind to an image, strip by strip.

    Args:
        network: from (rows, width, channels) to (rows, width, other channels), for any number of rows.
        image: array (height, width, channels).
        reach: rows above and below that a row of the result depends on.
        pixels: about how many pixels a strip has, without those it only looks at.

    Returns:
        Array (height, width, other channels).
    """
    height, width = image.shape[:2]
    rows = max(4 * reach, pixels // width)
    parts = []
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        # A last strip of a few rows would be thinner than what the network looks at.
        first, last = max(0, min(top, height - rows) - reach), min(height, bottom + reach)
        parts.append(network(image[first:last])[top - first : bottom - first])
    return np.concatenate(parts) if len(parts) > 1 else parts[0]
