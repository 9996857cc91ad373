"""Edges as pictures of different cameras share them: where and in which direction, not how strong.

The gradient with its angle doubled (Granlund, In Search of a General Picture Processing Operator, 1978), so that an
edge and its negative are the same, divided by the energy of gradients around it.
"""

import cv2
import numpy as np

SMOOTHING = 1.0
NEIGHBOURHOOD = 8.0
MARGIN = 0.03
"""Of the width. Pictures that were registered before may have a frame, and frames match best where nothing moves."""

Matrix = np.ndarray
"""(2, 3): where a pixel (x, y, 1) of the visible picture lies in the infrared one."""


def edge_field(image: np.ndarray) -> np.ndarray:
    """The field of a grey image (height, width): float32 (2, height, width), of length at most 1."""
    smooth = cv2.GaussianBlur(image.astype(np.float32), (0, 0), SMOOTHING)
    x, y = cv2.Scharr(smooth, -1, 1, 0), cv2.Scharr(smooth, -1, 0, 1)
    energy = x * x + y * y
    # A share of the picture's mean keeps noise in flat parts small.
    scale = energy + cv2.GaussianBlur(energy, (0, 0), NEIGHBOURHOOD) + 0.25 * energy.mean() + np.float32(1e-12)
    return np.stack([(x * x - y * y) / scale, 2 * x * y / scale])


def inner_field(image: np.ndarray) -> np.ndarray:
    """The field of an image, zero in a margin."""
    return edge_field(image) * _inside(image.shape)


def warped_field(image: np.ndarray, matrix: Matrix, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The field of an image that is warped first, since edges turn with it, and where that image shows something.

    Args:
        image: grey (height, width).
        matrix: where pixels of the result lie in `image`.
        size: height and width of the result.

    Returns:
        Field, zero where the image shows nothing, and mask, bool; a margin counts as nothing.
    """
    rows, columns = size
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(image, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpAffine(_inside(image.shape).astype(np.float32), matrix, (columns, rows), flags=flags) > 0.99
    return edge_field(picture) * mask, mask


def _inside(shape: tuple[int, ...]) -> np.ndarray:
    rows, columns = shape
    margin = min(2 + round(MARGIN * columns), min(shape) // 4)
    mask = np.zeros(shape, bool)
    mask[margin : rows - margin, margin : columns - margin] = True
    return mask
