"""Street trees."""

import numpy as np

from cscfuse_keras.samples.foliage import directions, paint_leaves
from cscfuse_keras.samples.geometry import Vector, norm, rod, vector
from cscfuse_keras.samples.lighting import illuminate
from cscfuse_keras.samples.road.scene import AMBIENT, SKYGLOW, Scene, Surface, paint_solid
from cscfuse_keras.samples.texture import ramp

CLUMPS = 9
BOUGHS = 6


def paint_tree(scene: Scene, foot: Vector, height: float, leaves: int) -> None:
    """A trunk that forks into boughs, and clumps of leaves at their ends."""
    x, y, z = foot
    fork = (x, y + 0.33 * height, z)
    middle = np.array((x, y + 0.69 * height, z))
    clumps = middle + scene.rng.standard_normal((CLUMPS, 3)) * height * np.array([0.16, 0.13, 0.16])
    _paint_wood(scene, foot, fork, 0.17, 0.11)
    for x, y, z in clumps[:BOUGHS].tolist():
        _paint_wood(scene, fork, (x, y, z), 0.085, 0.02)
    _paint_leaves(scene, clumps, height, leaves)


def _paint_wood(scene: Scene, start: Vector, end: Vector, thick: float, thin: float) -> None:
    def bark(points, normals, view):
        rough = np.exp(0.35 * scene.noise(points[0] * 6 + points[2] * 6, points[1] * 1.2, 0.35, 3))
        return Surface(
            vector((0.13, 0.105, 0.08), 1) * rough,
            0.003,
            0.0,
            AMBIENT + 0.03 + 0.02 * rough - 0.05 * normals[1],
        )

    paint_solid(scene, rod(start, end, thick, thin), bark)


def _paint_leaves(scene: Scene, clumps: np.ndarray, height: float, count: int) -> None:
    """Leaves one by one, each lit from either side at its own place and shaded by the outer ones."""
    rng, camera = scene.rng, scene.camera
    clump = rng.integers(0, CLUMPS, count)
    reach = 0.19 * height * rng.uniform(0.75, 1.15, CLUMPS)[clump] * rng.random(count) ** 0.45
    centres = clumps[clump].T + directions(rng, count) * reach * np.array([[1.0], [0.75], [1.0]])
    centres = centres[:, np.argsort(-centres[2])].astype(np.float32)
    size = np.float32(0.5 * height / np.sqrt(count)) * rng.uniform(0.6, 1.3, count).astype(np.float32)
    normals = directions(rng, count)

    middle = clumps.mean(axis=0)
    lamps = scene.nearby((middle[0], middle[1], middle[2]))
    front, back = (illuminate(lamps, centres, n, camera.position, 1.0)[0] for n in (normals, -normals))
    from_middle = (centres - vector(middle, 1)) / np.float32(0.36 * height)
    open_sky = np.clip(norm(from_middle), 0.15, 1) ** 1.5
    green = vector((0.075, 0.11, 0.035), 1) * np.exp(0.25 * rng.standard_normal(count))
    sky = vector(SKYGLOW, 1) * (0.35 + 0.3 * np.maximum(normals[1], 0)) * open_sky
    visible = green * ((front + 0.45 * back) * (0.25 + 0.75 * open_sky) / np.pi + sky)
    heat = AMBIENT - 0.02 + 0.045 * rng.standard_normal(count) - 0.09 * open_sky * ramp(-0.5, 1, from_middle[1])

    paint_leaves(scene.canvas, centres, size, np.concatenate([visible, heat[None], np.zeros((1, count))]), rng)
