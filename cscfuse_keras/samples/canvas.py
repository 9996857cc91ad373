"""The picture while it is being painted, and what the camera sees of a solid body."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from cscfuse_keras.samples.geometry import Camera, Solid, Window, enter_box, gradient, norm, trace


class Canvas:
    """Layers of a picture, each pixel that of its nearest surface.

    Attributes:
        camera: The camera that sees it.
        depth: (H, W), infinite where nothing is painted.
        layers: (layers, H, W), light in each.
    """

    def __init__(self, camera: Camera, layers: int):
        """Start with nothing painted."""
        self.camera = camera
        self.depth = np.full((camera.height, camera.width), np.inf, np.float32)
        self.layers = np.zeros((layers, camera.height, camera.width), np.float32)

    def paint(self, window: Window, depth: np.ndarray, values: Sequence[np.ndarray | float]) -> None:
        """Paint a surface of (h, w) depths, infinite where it is not, over what lies behind it."""
        rows, columns = window.slices
        nearer = depth < self.depth[rows, columns]
        np.copyto(self.depth[rows, columns], depth, where=nearer)
        for layer, value in zip(self.layers, values, strict=True):
            np.copyto(layer[rows, columns], value, where=nearer, casting="same_kind")

    def developed(self, height: int, width: int) -> np.ndarray:
        """The layers (height, width, layers) at the size of the finished picture, by area averaging."""
        layers = [cv2.resize(layer, (width, height), interpolation=cv2.INTER_AREA) for layer in self.layers]
        return np.stack(layers, axis=-1)


@dataclass(frozen=True)
class Sight:
    """What the camera sees of a body within a window.

    Attributes:
        window: The part of the picture.
        depth: (h, w), infinite where the body is not.
        points: (3, n), the points seen.
        normals: (3, n).
        view: (3, n), directions to the camera.
    """

    window: Window
    depth: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    view: np.ndarray

    def spread(self, values: np.ndarray | float) -> np.ndarray:
        """Values (..., n) of the points seen as pictures (..., h, w)."""
        pictures = np.zeros((*np.shape(values)[:-1], *self.depth.shape), np.float32)
        pictures[..., np.isfinite(self.depth)] = values
        return pictures


def look_at(canvas: Canvas, solid: Solid) -> Sight | None:
    """Trace a body; nothing where what is already painted hides it."""
    camera = canvas.camera
    window = camera.window(solid.low, solid.high)
    if window.empty:
        return None
    rays = camera.rays(window)
    enter, leave, _ = enter_box(camera, rays, solid.low, solid.high)
    depth = trace(solid.distance, camera, rays, enter, np.minimum(leave, canvas.depth[window.slices]))
    hit = np.isfinite(depth)
    if not hit.any():
        return None
    rays = rays[:, hit]
    points = camera.along(rays, depth[hit])
    return Sight(window, depth, points, gradient(solid.distance, points), -rays / norm(rays))
