"""What all parts of the room share: its measures, its light, and the painting of lit surfaces.

Radiance is relative: 1 is what the darkest exposure of a bracket can still record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.canvas import Canvas, look_at
from cscfuse_keras.samples.geometry import Camera, Solid, dot, vector
from cscfuse_keras.samples.lighting import Light, illuminate
from cscfuse_keras.samples.shadow import clearance, openness, passage
from cscfuse_keras.samples.texture import Noise, ramp

HALF_WIDTH, HEIGHT, BACK = 2.5, 2.7, 5.0  # metres; the camera stands at z = 0
WINDOW = -1.0, 1.25, 0.82, 2.4  # left, right, bottom and top
REVEAL = 0.25  # depth of the wall around the window
TO_SUN = np.array([0.33, 0.62, 0.71], np.float32)
SUNLIGHT = np.array([2.6, 2.35, 2.0], np.float32)  # irradiance of a surface that faces the sun
SKYLIGHT = np.array([0.42, 0.48, 0.56], np.float32)  # mean radiance seen through the window
AMBIENT = np.array([0.0085, 0.0080, 0.0074], np.float32)  # radiance of walls lit by walls


def window_lights() -> list[Light]:
    """Lamps that stand for the window's sky and for the patch of sun on the floor."""
    left, right, bottom, top = WINDOW
    columns, rows = 3, 2
    part = (right - left) * (top - bottom) / (columns * rows)
    sky: list[float] = (SKYLIGHT * part).tolist()
    lights = [
        Light(
            (left + (right - left) * u, bottom + (top - bottom) * v, BACK),
            (sky[0], sky[1], sky[2]),
            (0, 0, -1),
            1,
        )
        for u in (np.arange(columns) + 0.5) / columns
        for v in (np.arange(rows) + 0.5) / rows
    ]
    middle = np.array([(left + right) / 2, (bottom + top) / 2, BACK])
    patch = middle - TO_SUN * middle[1] / TO_SUN[1]
    return [*lights, Light((patch[0], 0.05, patch[2]), (0.34, 0.25, 0.16), (0.0, 1.0, 0.0), 1)]


@dataclass(frozen=True)
class Finish:
    """Albedo (3, n) of points, strength of their highlights, and light (3, n) that they let through."""

    albedo: np.ndarray
    gloss: np.ndarray | float = 0.0
    through: np.ndarray | float = 0.0


@dataclass(frozen=True)
class Body:
    """A piece of furniture, and its finish at points and normals (3, n)."""

    solid: Solid
    finish: Callable[[np.ndarray, np.ndarray], Finish]
    shine: float = 30.0


@dataclass(frozen=True)
class Scene:
    """Canvas with layers R, G, B, the furniture that casts shadows, lamps, and the sources of randomness."""

    canvas: Canvas
    furniture: Sequence[Solid]
    lights: Sequence[Light]
    noise: Noise
    rng: np.random.Generator

    @property
    def camera(self) -> Camera:
        """The camera that sees the room."""
        return self.canvas.camera

    def footprint(self, depth: np.ndarray) -> np.ndarray:
        """Width in metres that a pixel covers at a depth."""
        return depth / np.float32(self.camera.focal)

    def light(self, points: np.ndarray, normals: np.ndarray, shine: float) -> tuple[np.ndarray, np.ndarray]:
        """Diffuse irradiance / pi and glossy light (3, ...) at points, without the sun's."""
        diffuse, glossy = illuminate(self.lights, points, normals, self.camera.position, shine)
        flat, flat_normals = points.reshape(3, -1), normals.reshape(3, -1)
        middle = vector(((WINDOW[0] + WINDOW[1]) / 2, (WINDOW[2] + WINDOW[3]) / 2, BACK), 1)
        seen = passage(self._clearance, flat + 0.02 * flat_normals, middle, 5.0).reshape(points.shape[1:])
        near = openness(self._clearance, flat, flat_normals, (0.08, 0.35)).reshape(points.shape[1:])
        from_below = vector((1.25, 1.05, 0.85), points.ndim - 1) * np.maximum(-normals[1], 0)
        ambient = vector(AMBIENT, points.ndim - 1) * (1 + 0.8 * from_below) * near
        return diffuse * seen / np.pi + ambient, glossy * seen

    def sun(self, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Irradiance / pi (3, n) that the sun brings through the window to points (3, n)."""
        facing = np.maximum(dot(vector(TO_SUN, 1), normals), 0)
        reach = (BACK - points[2]) / TO_SUN[2]
        facing *= window_opening(points[0] + reach * TO_SUN[0], points[1] + reach * TO_SUN[1], 0.012)
        lit = facing > 0
        start = points[:, lit] + 0.02 * normals[:, lit]
        facing[lit] *= passage(self._clearance, start, start + TO_SUN[:, None] * 2.5, sharpness=40.0)
        return vector(SUNLIGHT / np.pi, 1) * facing

    def _clearance(self, points: np.ndarray) -> np.ndarray:
        return clearance(self.furniture, points, most=1.0)


def window_opening(x: np.ndarray, y: np.ndarray, soft: float) -> np.ndarray:
    """1 where a window pane is, 0 on the wall, the frame and the bars."""
    left, right, bottom, top = WINDOW
    inside = np.minimum(np.minimum(x - left, right - x), np.minimum(y - bottom, top - y)) - 0.05
    post = np.abs(x - (left + right) / 2) - 0.035
    bar = np.abs(y - (bottom + 0.68 * (top - bottom))) - 0.022
    return ramp(-soft, soft, np.minimum(inside, np.minimum(post, bar)))


def paint_body(scene: Scene, body: Body) -> None:
    """Paint what the camera sees of a body."""
    sight = look_at(scene.canvas, body.solid)
    if sight is None:
        return
    points, normals = sight.points, sight.normals
    finish = body.finish(points, normals)
    diffuse, glossy = scene.light(points, normals, body.shine)
    slant = (1 - np.clip(dot(normals, sight.view), 0, 1)) ** 4
    light = finish.albedo * (diffuse + scene.sun(points, normals))
    light += finish.gloss * (glossy + 0.25 * slant * vector(SKYLIGHT, 1)) + finish.through
    scene.canvas.paint(sight.window, sight.depth, [*sight.spread(light)])
