"""What all parts of the road share: measures, light of the sky, and the painting of solid bodies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.canvas import Canvas, look_at
from cscfuse_keras.samples.geometry import Camera, Solid, Vector, Window, vector
from cscfuse_keras.samples.lighting import Light, illuminate
from cscfuse_keras.samples.texture import Noise

KERB = 5.4  # metres from the middle of the road to the kerbs
STEP = 0.12  # height of the pavement
WALLS = 9.0  # metres from the middle of the road to the houses
AMBIENT = 0.32  # infrared level of dry stone as warm as the air
SKYGLOW = np.array([0.016, 0.015, 0.019], np.float32)  # radiance of the night sky


@dataclass(frozen=True)
class Scene:
    """Canvas with layers R, G, B, infrared and the living; lamps; sources of randomness."""

    canvas: Canvas
    lights: Sequence[Light]
    noise: Noise
    rng: np.random.Generator

    @property
    def camera(self) -> Camera:
        """The camera that sees the road."""
        return self.canvas.camera

    def paint(
        self,
        window: Window,
        depth: np.ndarray,
        visible: np.ndarray,
        infrared: np.ndarray | float,
        living: bool = False,
    ) -> None:
        """Paint a surface of (h, w) depths, infinite where it is not; `visible` is (3, h, w)."""
        self.canvas.paint(window, depth, [*visible, infrared, float(living)])

    def nearby(self, point: Vector) -> list[Light]:
        """The lamps that matter at a point."""
        return [light for light in self.lights if light.within(point, 4e-3)]

    def footprint(self, depth: np.ndarray) -> np.ndarray:
        """Width in metres that a pixel covers at a depth."""
        return depth / np.float32(self.camera.focal)


@dataclass(frozen=True)
class Surface:
    """What n points of a body look like.

    Attributes:
        albedo: (3, n) or (3, 1), part of the light that is scattered back.
        gloss: (n,) or a number, strength of highlights.
        own: (3, n) or a number, light that is sent out or mirrored.
        heat: (n,), level in the infrared picture.
    """

    albedo: np.ndarray
    gloss: np.ndarray | float
    own: np.ndarray | float
    heat: np.ndarray


Material = Callable[[np.ndarray, np.ndarray, np.ndarray], Surface]


def paint_solid(scene: Scene, solid: Solid, material: Material, shine: float = 24.0, living: bool = False) -> None:
    """Paint what the camera sees of a body.

    `material` gives the surface from points, normals and directions to the camera, each (3, n).
    """
    sight = look_at(scene.canvas, solid)
    if sight is None:
        return
    points, normals = sight.points, sight.normals
    surface = material(points, normals, sight.view)
    x, y, z = points.mean(axis=1).tolist()
    diffuse, glossy = illuminate(scene.nearby((x, y, z)), points, normals, scene.camera.position, shine)
    sky = vector(SKYGLOW, 1) * (0.6 + 0.4 * normals[1])
    visible = surface.albedo * (diffuse / np.pi + sky) + surface.gloss * glossy + surface.own
    scene.paint(sight.window, sight.depth, sight.spread(visible), sight.spread(surface.heat), living)
