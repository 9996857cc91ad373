"""Point lamps."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from cscfuse_keras.samples.geometry import Vector, dot, norm, vector


@dataclass(frozen=True)
class Light:
    """A point lamp: intensity `colour`, falling off from the unit vector `axis` as cosine to the `focus`."""

    position: Vector
    colour: Vector
    axis: Vector = (0.0, -1.0, 0.0)
    focus: float = 0.0

    def within(self, point: Vector, faintest: float) -> bool:
        """Whether it brings more than `faintest` to a point that it is aimed at."""
        squared = sum((a - b) ** 2 for a, b in zip(self.position, point, strict=True))
        return max(self.colour) > faintest * squared

    def reach(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors (3, ...) from points to the lamp, and what arrives there on a surface facing it."""
        toward = vector(self.position, points.ndim - 1) - points
        squared = dot(toward, toward)
        toward /= np.sqrt(squared)
        power = 1 / squared
        if self.focus:
            aim = -dot(vector(self.axis, points.ndim - 1), toward)
            power = power * np.maximum(aim, 0) ** self.focus
        return toward, power


def illuminate(
    lights: Iterable[Light], points: np.ndarray, normals: np.ndarray, eye: Vector, shine: float
) -> tuple[np.ndarray, np.ndarray]:
    """Diffuse and glossy light (3, ...) that points send to `eye`, for a white surface.

    Lambert's law and J. F. Blinn's highlight (SIGGRAPH 1977) with exponent `shine`, normalised.
    """
    diffuse, glossy = (
        np.zeros((3, *points.shape[1:]), np.float32),
        np.zeros((3, *points.shape[1:]), np.float32),
    )
    view = vector(eye, points.ndim - 1) - points
    view /= norm(view)
    for light in lights:
        toward, power = light.reach(points)
        facing = np.maximum(dot(toward, normals), 0)
        half = toward + view
        match = np.maximum(dot(half, normals) / norm(half), 0) ** shine
        for channel in range(3):
            diffuse[channel] += light.colour[channel] * (power * facing)
            glossy[channel] += light.colour[channel] * ((shine + 8) / 8) * (power * match * (facing > 0))
    return diffuse, glossy


def coarsely(function, points: np.ndarray, stride: int) -> np.ndarray:
    """`function` of (3, h, w) points, evaluated at every `stride`-th one and interpolated between."""
    height, width = points.shape[1:]
    rows, columns = (np.append(np.arange(0, n - 1, stride), n - 1) for n in (height, width))
    sparse = function(points[:, rows][:, :, columns])
    y = np.interp(np.arange(height), rows, np.arange(len(rows))).astype(np.float32)
    x = np.interp(np.arange(width), columns, np.arange(len(columns))).astype(np.float32)
    x, y = np.meshgrid(x, y)
    flat = sparse.reshape(-1, len(rows), len(columns))
    return np.stack([cv2.remap(plane, x, y, cv2.INTER_LINEAR) for plane in flat]).reshape(
        *sparse.shape[:-2], height, width
    )
