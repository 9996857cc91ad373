"""The sunlit landscape behind the window."""

import numpy as np

from cscfuse_keras.samples.canvas import look_at
from cscfuse_keras.samples.foliage import directions, paint_leaves
from cscfuse_keras.samples.geometry import Solid, capsule, dot, vector
from cscfuse_keras.samples.room.scene import TO_SUN, Scene
from cscfuse_keras.samples.texture import Noise, ramp

EYE = 1.6  # metres above the meadow
TREES = (-3.4, 18.0, 2.4), (7.2, 31.0, 3.4)  # x and z of their feet, and half their width
LEAVES = 5000


def _over(picture: np.ndarray, colour: np.ndarray, cover: np.ndarray) -> np.ndarray:
    return picture * (1 - cover) + colour * cover


def landscape(rays: np.ndarray, noise: Noise, pixel: float) -> np.ndarray:
    """Radiance (3, n) in directions (3, n): sky with cumulus, hills, a wood, a meadow with a path, trees.

    `pixel` is the width of a pixel in the unit of the rays' x and y.
    """
    x, y = rays[0] / rays[2], rays[1] / rays[2]
    up = np.maximum(y, 0)
    sky = vector((0.20, 0.36, 0.68), 1) + vector((0.42, 0.36, 0.16), 1) * np.exp(-up / 0.16)
    ceiling = 1 / (up + 0.10)
    cloud = ramp(0.1, 1.1, noise(x * ceiling * 0.9 + 3, 0.55 * ceiling, 1.7, 6, 0.0) + 0.15)
    shaded = ramp(0.0, 1.6, noise(x * ceiling * 0.9 + 3, 0.55 * ceiling + 0.22, 1.7, 4, 0.0))
    picture = _over(sky, vector((0.88, 0.87, 0.85), 1) * (1 - 0.24 * shaded), 0.92 * cloud)

    for height, wave, colour, seed in (
        (0.085, 0.5, (0.30, 0.40, 0.52), 1.0),
        (0.052, 0.3, (0.20, 0.30, 0.32), 5.0),
        (0.026, 0.2, (0.10, 0.17, 0.12), 9.0),
    ):
        ridge = height * (1 + 0.45 * noise(x + seed, np.full_like(x, seed), wave, 5, pixel))
        fields = 1 + 0.12 * noise(3 * x + seed, 14 * y, 0.5, 3, pixel)
        picture = _over(picture, vector(colour, 1) * fields, ramp(-pixel, pixel, ridge - y))

    wood = 0.016 + 0.010 * noise(x + 2, np.zeros_like(x), 0.05, 4, pixel)
    trees = np.exp(0.35 * noise(x, 1.5 * y, 0.03, 2, pixel) + 0.3 * noise(x, y, 0.008, 2)) * (0.6 + 25 * up)
    picture = _over(picture, vector((0.075, 0.13, 0.04), 1) * trees, ramp(-pixel, pixel, wood - y))

    below = np.minimum(y, -1e-3)
    z = -EYE / below
    grass = noise(x * z, 0.6 * z, 2.2, 4, 2.5 * pixel * z) + 0.8 * noise(x * z, z, 0.12, 2, pixel * z)
    mown = np.sign(np.sin(1.1 * x * z + 0.3)) * 0.05
    meadow = vector((0.23, 0.33, 0.075), 1) * np.exp(0.16 * grass + mown)
    flowers = ramp(2.0, 2.4, noise(x * z, z, 0.22, 1, 0.5 * pixel * z))
    meadow = _over(meadow, vector((0.75, 0.70, 0.50), 1), 0.7 * flowers)
    bend = x * z - 1.2 - 0.9 * np.sin(0.16 * z) - 0.02 * z
    path = vector((0.52, 0.45, 0.34), 1) * np.exp(0.12 * noise(x * z, z, 0.5, 4, pixel * z))
    meadow = _over(meadow, path, ramp(0.75, 0.6, np.abs(bend)))
    for tree_x, tree_z, size in TREES:
        apart = np.hypot((x * z - tree_x + 0.5 * size) / (1.5 * size), (z - tree_z + 0.8) / (0.8 * size))
        meadow *= 1 - 0.55 * ramp(1.25, 0.75, apart + 0.15 * noise(x * z, z, 0.8, 2))
    picture = _over(picture, meadow, ramp(pixel, -pixel, y))

    return np.minimum(picture, 0.93)


def paint_trees(scene: Scene) -> None:
    """Two trees on the meadow, leaf by leaf, in the sun."""
    for tree in TREES:
        _paint_tree(scene, *tree)


def _paint_tree(scene: Scene, x: float, z: float, size: float) -> None:
    rng, ground = scene.rng, scene.camera.position[1] - EYE
    foot, crown = (x, ground, z), np.array((x, ground + 1.55 * size, z))

    def bark(points: np.ndarray) -> np.ndarray:
        return capsule(points, foot, (x, ground + 1.2 * size, z), 0.075 * size, 0.045 * size)

    sight = look_at(scene.canvas, Solid(bark, (x - 1, ground, z - 1), (x + 1, ground + 1.2 * size, z + 1)))
    if sight is not None:
        lit = 0.25 + 0.75 * np.maximum(dot(sight.normals, vector(TO_SUN, 1)), 0)
        scene.canvas.paint(sight.window, sight.depth, [*sight.spread(vector((0.16, 0.12, 0.08), 1) * lit)])

    clumps = crown + 0.42 * np.clip(rng.standard_normal((14, 3)), -1.3, 1.3) * size * np.array([1.0, 0.8, 0.8])
    centres = (
        clumps[rng.integers(0, 14, LEAVES)] + 0.36 * size * directions(rng, LEAVES).T * rng.random((LEAVES, 1)) ** 0.4
    )
    centres = centres[np.argsort(-centres[:, 2])].T.astype(np.float32)
    outward = (centres - vector(crown, 1)) / np.float32(size)
    sunny = ramp(-0.7, 0.9, dot(outward, vector(TO_SUN * (1, 1, -0.4), 1)))
    facing = np.abs(dot(directions(rng, LEAVES), vector(TO_SUN, 1)))
    green = vector((0.20, 0.32, 0.055), 1) * np.exp(0.2 * rng.standard_normal(LEAVES))
    light = green * (0.10 + 0.95 * sunny * (0.3 + 0.7 * facing))
    sizes = 0.036 * size * rng.uniform(0.7, 1.3, LEAVES)
    paint_leaves(scene.canvas, centres, sizes, light, rng)
