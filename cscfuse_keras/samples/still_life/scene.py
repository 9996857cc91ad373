"""How surfaces of the still life are lit and painted.

Decimetres instead of metres. The canvas' layers are two materials by number, the part of the second, the
light that the surface receives relative to a white one in full light, and highlights.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.canvas import Canvas, look_at
from cscfuse_keras.samples.geometry import Camera, Solid, Window, dot, norm, vector
from cscfuse_keras.samples.lighting import coarsely
from cscfuse_keras.samples.shadow import clearance, openness, passage
from cscfuse_keras.samples.texture import Noise

LAYERS = 5
LAMP = (-9.0, 15.0, -1.0)
BRIGHT, AMBIENT = 1.05, 0.20  # light of the lamp and of the surroundings


@dataclass(frozen=True)
class Blend:
    """Materials of n points: `first`, `second`, and the part of the second; `relief` scales the light."""

    first: np.ndarray | int
    second: np.ndarray | int = 0
    part: np.ndarray | float = 0.0
    relief: np.ndarray | float = 1.0
    gloss: float = 0.0
    shine: float = 40.0


@dataclass(frozen=True)
class Scene:
    """Canvas, the bodies that cast shadows, and the source of texture."""

    canvas: Canvas
    bodies: Sequence[Solid]
    noise: Noise

    @property
    def camera(self) -> Camera:
        """The camera that sees the still life."""
        return self.canvas.camera

    def light(self, points: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Light (n,) at points (3, n), how much of it the lamp sends, and unit vectors (3, n) to the lamp."""
        toward = vector(LAMP, 1) - points
        away = norm(toward)
        toward = toward / away
        start = points + np.float32(0.04) * normals
        lamp = passage(self._clearance, start, start + 8 * toward, sharpness=12.0) * (17.0 / away) ** 2
        around = AMBIENT * openness(self._clearance, points, normals, (0.25, 0.9)) * (0.7 + 0.3 * normals[1])
        return BRIGHT * lamp * np.maximum(dot(toward, normals), 0) + around, lamp, toward

    def _clearance(self, points: np.ndarray) -> np.ndarray:
        return clearance(self.bodies, points, most=3.0)


Item = tuple[Solid, Callable[[np.ndarray], Blend]]  # a body, and its materials at points (3, n)


def paint_item(scene: Scene, item: Item) -> None:
    """Paint what the camera sees of a body."""
    solid, finish = item
    sight = look_at(scene.canvas, solid)
    if sight is None:
        return
    blend = finish(sight.points)
    light, lamp, toward = scene.light(sight.points, sight.normals)
    half = toward + sight.view
    match = np.maximum(dot(half, sight.normals) / norm(half), 0) ** blend.shine
    values = blend.first, blend.second, blend.part, light * blend.relief, blend.gloss * lamp * match
    scene.canvas.paint(sight.window, sight.depth, [sight.spread(value) for value in values])


def paint_plane(scene: Scene, axis: int, level: float, finish: Callable[[np.ndarray], Blend]) -> None:
    """Paint the plane at `level` along an axis: the table (1) or the wall behind it (2)."""
    camera = scene.camera
    rays = camera.rays()
    with np.errstate(divide="ignore"):
        depth = (level - camera.position[axis]) / rays[axis]
    rows = np.flatnonzero(((depth > 0) & (depth < scene.canvas.depth)).any(axis=1))
    if not rows.size:
        return
    window = Window(int(rows[0]), int(rows[-1]) + 1, 0, camera.width)
    depth = depth[window.slices]
    points = camera.along(rays[:, window.slices[0]], depth)

    def light(sparse: np.ndarray) -> np.ndarray:
        flat = sparse.reshape(3, -1)
        normals = np.zeros_like(flat)
        normals[axis] = np.sign(camera.position[axis] - level)
        return scene.light(flat, normals)[0].reshape(sparse.shape[1:])

    blend = finish(points)
    values = blend.first, blend.second, blend.part, coarsely(light, points, 3) * blend.relief, 0.0
    scene.canvas.paint(window, depth, [np.asarray(value, np.float32) for value in values])
