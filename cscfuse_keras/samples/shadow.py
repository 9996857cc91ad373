"""Soft shadows by distance fields."""

from collections.abc import Sequence

import numpy as np

from cscfuse_keras.samples.geometry import Distance, Solid, dot
from cscfuse_keras.samples.texture import ramp

STEPS = np.linspace(0.05, 0.8, 9, dtype=np.float32) ** 1.3  # where a way is probed, as parts of its length


def clearance(solids: Sequence[Solid], points: np.ndarray, most: float) -> np.ndarray:
    """Distance (n,) from points (3, n) to the nearest of several bodies, at most `most`."""
    nearest = np.full(points.shape[1], most, np.float32)
    for solid in solids:
        near = _box_distance(points, solid) < nearest
        if near.any():
            nearest[near] = np.minimum(nearest[near], solid.distance(points[:, near]))
    return nearest


def _box_distance(points: np.ndarray, solid: Solid) -> np.ndarray:
    total = np.zeros(points.shape[1], np.float32)
    for along, least, most in zip(points, solid.low, solid.high, strict=True):
        outside = along - np.clip(along, np.float32(least), np.float32(most))
        total += outside * outside
    return np.sqrt(total)


def passage(distance: Distance, start: np.ndarray, goal: np.ndarray, sharpness: float) -> np.ndarray:
    """Part of the light (n,) that gets from `goal` (3, n) or (3, 1) to `start` (3, n) past bodies on the way.

    I. Quilez's soft shadows: a ray is shaded in the degree that it comes close to a body.
    """
    way = goal - start
    length = np.sqrt(dot(way, way))
    passed = np.ones(start.shape[1], np.float32)
    for step in STEPS:
        passed = np.minimum(passed, sharpness * distance(start + way * step) / (step * length))
    return ramp(-0.3, 1.0, passed)


def openness(distance: Distance, points: np.ndarray, normals: np.ndarray, reaches: Sequence[float]) -> np.ndarray:
    """How free of bodies the surroundings of points (3, n) are, from 0 to 1 (n,)."""
    free = np.ones(points.shape[1], np.float32)
    for reach in reaches:
        free *= 0.3 + 0.7 * np.clip(distance(points + np.float32(reach) * normals) / reach, 0, 1)
    return free
