"""Leaves, drawn one by one."""

import cv2
import numpy as np

from cscfuse_keras.samples.canvas import Canvas
from cscfuse_keras.samples.geometry import NEAR, norm

TIPS = np.array([[1, 0], [0.1, 1], [-1, 0], [0.1, -1]])  # corners of a leaf, along and across it
FRACTION_BITS = 4


def directions(rng: np.random.Generator, count: int) -> np.ndarray:
    """Random unit vectors (3, count)."""
    vectors = rng.standard_normal((3, count), np.float32)
    return vectors / norm(vectors)


def paint_leaves(
    canvas: Canvas, centres: np.ndarray, sizes: np.ndarray, values: np.ndarray, rng: np.random.Generator
) -> None:
    """Draw leaves far to near, turned at random.

    Args:
        canvas: What to draw on.
        centres: (3, n), ordered from far to near.
        sizes: (n,), half their lengths in metres.
        values: (layers, n), their light in the canvas' layers.
        rng: Source of their directions and widths.
    """
    camera, margin = canvas.camera, sizes.max()
    window = camera.window((centres.min(axis=1) - margin).tolist(), (centres.max(axis=1) + margin).tolist())
    if window.empty:
        return
    columns, rows = camera.project(centres)
    away = centres[2] - camera.position[2]
    along = sizes * camera.focal / np.maximum(away, NEAR)
    across = along * rng.uniform(0.3, 0.6, len(sizes))
    turn = rng.uniform(0, 2 * np.pi, len(sizes))
    u, v = TIPS[:, :1] * along, TIPS[:, 1:] * across
    x = columns - window.left + u * np.cos(turn) - v * np.sin(turn)
    y = rows - window.top + u * np.sin(turn) + v * np.cos(turn)
    corners = np.rint(np.stack([x.T, y.T], axis=-1) * 2**FRACTION_BITS).astype(np.int32, order="C")
    number = np.zeros((window.bottom - window.top, window.right - window.left), np.int32)
    for index, leaf in enumerate(corners, start=1):
        cv2.fillConvexPoly(number, leaf, index, shift=FRACTION_BITS)
    looked_up = np.concatenate([np.zeros((len(values), 1)), values], axis=1).astype(np.float32)
    canvas.paint(window, np.append(np.inf, away).astype(np.float32)[number], [row[number] for row in looked_up])
