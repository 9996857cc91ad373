"""A network run over an image in strips of rows: the same numbers in bounded memory."""

from collections.abc import Callable

import numpy as np


def run_in_strips(
    network: Callable[[np.ndarray], list[np.ndarray]], image: np.ndarray, reach: int, pixels: int = 2**18
) -> np.ndarray:
    """Apply a network of the size-keeping kind to an image, strip by strip, all of one size.

    Args:
        network: from (rows, width, channels) to one image (rows, width, other channels), for any number of rows.
        image: array (height, width, channels).
        reach: rows above and below that a row of the result depends on.
        pixels: at most about how many pixels a strip has, without those it only looks at.

    Returns:
        Array (height, width, other channels).
    """
    height, width = image.shape[:2]
    strips = -(-height * width // pixels)
    rows = max(-(-height // strips), min(height, 4 * reach))
    seen = min(height, rows + 2 * reach)
    parts = []
    for top in range(0, height, rows):
        first = min(max(0, top - reach), height - seen)
        (result,) = network(image[first : first + seen])
        parts.append(result[top - first : min(top + rows, height) - first])
    return np.concatenate(parts) if len(parts) > 1 else parts[0]
