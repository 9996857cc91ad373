"""The recursive edge-preserving filter in a transformed domain."""

import numpy as np

PASSES = 3


def recursive_filter(
    image: np.ndarray, guide: np.ndarray, spatial_deviation: float, range_deviation: float
) -> np.ndarray:
    """Smooth an image but across the edges of another.

    Gastal, Oliveira, Domain Transform for Edge-Aware Image and Video Processing, ACM Transactions on Graphics 30(4),
    2011: eq. 11, 14 and 21.

    Args:
        image: float32 (height, width).
        guide: float32 (height, width) or (height, width, channels).
        spatial_deviation: of the filter where the guide is flat, pixels.
        range_deviation: of the filter over the guide's values.

    Returns:
        float32 array (height, width).
    """
    guide = guide.reshape(*guide.shape[:2], -1)
    ratio = spatial_deviation / range_deviation
    steps = [1 + ratio * np.abs(np.diff(guide, axis=axis)).sum(axis=2) for axis in (0, 1)]
    rows = image
    for number in range(1, PASSES + 1):
        deviation = spatial_deviation * np.sqrt(3) * 2 ** (PASSES - number) / np.sqrt(4**PASSES - 1)
        down, right = (np.float32(np.exp(-np.sqrt(2) / deviation) ** step) for step in steps)
        rows = _filtered_rows(_filtered_rows(rows.T, right.T).T, down)
    return rows


def _filtered_rows(rows, feedback):
    """Rows, each mixed with the one before, and then with the one after; `feedback` lies between them."""
    rows = rows.copy()
    for k in range(1, len(rows)):
        rows[k] += feedback[k - 1] * (rows[k - 1] - rows[k])
    for k in range(len(rows) - 2, -1, -1):
        rows[k] += feedback[k] * (rows[k + 1] - rows[k])
    return rows
