"""An armchair, a laid table, a bookcase, pictures, a lantern, curtains and a plant."""

import numpy as np

from cscfuse_keras.samples.foliage import directions, paint_leaves
from cscfuse_keras.samples.geometry import (
    Solid,
    Vector,
    around,
    capsule,
    cylinder,
    norm,
    rounded_box,
    smooth_union,
    vector,
)
from cscfuse_keras.samples.lighting import illuminate
from cscfuse_keras.samples.room.outdoors import landscape
from cscfuse_keras.samples.room.scene import (
    AMBIENT,
    BACK,
    HALF_WIDTH,
    HEIGHT,
    SKYLIGHT,
    SUNLIGHT,
    WINDOW,
    Body,
    Finish,
    Scene,
)
from cscfuse_keras.samples.texture import Noise, ramp, stripe

CHAIR, CHAIR_TURN = (-1.35, 0.0, 3.2), 0.75
TABLE, TABLE_TOP = (1.15, 0.0, 3.05), 0.74
POT = (-1.85, 0.0, 4.45)


def armchair(noise: Noise, colour: Vector) -> Body:
    """Upholstered in tweed, with oak legs."""
    cos, sin = np.float32(np.cos(CHAIR_TURN)), np.float32(np.sin(CHAIR_TURN))

    def local(points: np.ndarray) -> np.ndarray:
        x, y, z = points - vector(CHAIR, 1)
        return np.stack([np.abs(x * cos + z * sin), y, z * cos - x * sin])

    def distance(points: np.ndarray) -> np.ndarray:
        p = local(points)
        frame = np.minimum(
            rounded_box(p, (0.0, 0.28, 0.0), (0.40, 0.11, 0.40), 0.05),
            rounded_box(p, (0.40, 0.40, -0.02), (0.09, 0.22, 0.40), 0.08),
        )
        back = p.copy()
        back[2] -= 0.22 * (back[1] - 0.45)
        frame = np.minimum(frame, rounded_box(back, (0.0, 0.66, 0.30), (0.42, 0.36, 0.10), 0.09))
        cushion = rounded_box(p, (0.0, 0.45, -0.06), (0.31, 0.085, 0.33), 0.075)
        return np.minimum(np.minimum(frame, cushion), capsule(p, (0.36, 0.18, -0.34), (0.38, 0.0, -0.37), 0.03, 0.02))

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        y = points[1]
        weave = noise(points[0] + points[2], y + 0.7 * points[2], 0.018, 2, 0.004)
        worn = noise(points[0] + points[2], y + points[2], 0.4, 3)
        cloth = vector(colour, 1) * np.exp(0.16 * weave + 0.1 * worn)
        return Finish(np.where(y < 0.17, vector((0.16, 0.09, 0.045), 1), cloth), np.where(y < 0.17, 0.02, 0.0))

    return Body(Solid(distance, *around((CHAIR[0], 0.55, CHAIR[2]), (0.75, 0.56, 0.75))), finish)


def table() -> Body:
    """A round table of dark wood on one foot."""
    x, _, z = TABLE

    def distance(points: np.ndarray) -> np.ndarray:
        top = cylinder(points, (x, TABLE_TOP - 0.018, z), 1, 0.56, 0.018, 0.012)
        post = capsule(points, (x, 0.03, z), (x, TABLE_TOP - 0.06, z), 0.045, 0.035)
        return np.minimum(top, smooth_union(post, cylinder(points, (x, 0.02, z), 1, 0.26, 0.02), 0.12))

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        rings = np.sin(160 * (points[2] - z) + 14 * np.sin(5 * (points[0] - x)))
        return Finish(vector((0.115, 0.055, 0.028), 1) * np.exp(0.12 * rings), 0.05)

    return Body(Solid(distance, *around((x, 0.38, z), (0.6, 0.4, 0.6))), finish, shine=90.0)


def vase(noise: Noise) -> Body:
    """Glazed blue and white."""
    x, y, z = TABLE[0] + 0.12, TABLE_TOP, TABLE[2] + 0.2

    def distance(points: np.ndarray) -> np.ndarray:
        belly = capsule(points, (x, y + 0.07, z), (x, y + 0.16, z), 0.075, 0.095)
        neck = smooth_union(belly, capsule(points, (x, y + 0.22, z), (x, y + 0.33, z), 0.042, 0.034), 0.06)
        whole = smooth_union(neck, cylinder(points, (x, y + 0.355, z), 1, 0.05, 0.008), 0.03)
        return np.maximum(whole, y - points[1])

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        up, turn = points[1] - y, np.arctan2(points[2] - z, points[0] - x)
        flowers = ramp(0.25, 0.45, np.sin(9 * turn) * np.sin(2 * np.pi * up / 0.11) + 0.3 * noise(turn, up, 0.08, 3))
        bands = sum(stripe(at, 0.006, up, 0.003) for at in (0.04, 0.21, 0.32))
        blue = np.clip(flowers * (up > 0.05) * (up < 0.2) + bands, 0, 1)
        return Finish(vector((0.62, 0.63, 0.62), 1) * (1 - blue) + vector((0.03, 0.06, 0.30), 1) * blue, 0.10)

    return Body(Solid(distance, *around((x, y + 0.19, z), (0.14, 0.2, 0.14))), finish, shine=250.0)


def bowl_of_fruit(noise: Noise) -> Body:
    """Oranges, a lemon and an apple in a wooden bowl."""
    x, y, z = TABLE[0] - 0.22, TABLE_TOP, TABLE[2] - 0.12
    fruit = [
        ((x - 0.07, y + 0.11, z - 0.02), 0.055, (0.62, 0.24, 0.025)),
        ((x + 0.055, y + 0.105, z - 0.05), 0.052, (0.50, 0.045, 0.035)),
        ((x + 0.01, y + 0.11, z + 0.07), 0.055, (0.62, 0.26, 0.03)),
        ((x - 0.01, y + 0.165, z + 0.0), 0.048, (0.66, 0.52, 0.05)),
    ]

    def balls(points: np.ndarray) -> np.ndarray:
        return np.stack([norm(points - vector(centre, 1)) - radius for centre, radius, _ in fruit])

    def bowl(points: np.ndarray) -> np.ndarray:
        centred = norm(points - vector((x, y + 0.165, z), 1))
        return np.maximum(np.abs(centred - 0.165) - 0.008, points[1] - (y + 0.10))

    def distance(points: np.ndarray) -> np.ndarray:
        return np.minimum(balls(points).min(axis=0), bowl(points))

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        apart = balls(points)
        peel = np.exp(0.10 * noise(points[0] + points[2], points[1], 0.012, 2) + 0.1 * noise(points[0], points[1], 0.1))
        colours = np.array([colour for _, _, colour in fruit], np.float32)[apart.argmin(axis=0)].T * peel
        wood = vector((0.24, 0.13, 0.06), 1) * np.exp(0.15 * np.sin(220 * points[1]))
        on_fruit = apart.min(axis=0) < bowl(points)
        return Finish(np.where(on_fruit, colours, wood), 0.05)

    return Body(Solid(distance, *around((x, y + 0.11, z), (0.19, 0.125, 0.19))), finish, shine=60.0)


def lantern() -> Body:
    """A paper globe on a cord."""
    x, y, z = 0.35, 2.14, 2.7

    def distance(points: np.ndarray) -> np.ndarray:
        globe = norm(points - vector((x, y, z), 1)) - 0.2 + 0.0025 * np.cos(150 * points[1])
        return np.minimum(globe, capsule(points, (x, y, z), (x, HEIGHT, z), 0.006, 0.006))

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        return Finish(np.where(points[1] > y + 0.2, 0.03, vector((0.68, 0.66, 0.60), 1)))

    return Body(Solid(distance, *around((x, 2.32, z), (0.22, 0.4, 0.22))), finish)


def picture(noise: Noise, z: float, y: float, half: tuple[float, float], colour: float) -> Body:
    """A framed landscape on the left wall."""
    centre, size = (-HALF_WIDTH + 0.015, y, z), (0.02, half[1], half[0])

    def distance(points: np.ndarray) -> np.ndarray:
        return rounded_box(points, centre, size, 0.008)

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        u, v = (points[2] - z) / half[0], (points[1] - y) / half[1]
        rim = np.minimum(half[0] - np.abs(points[2] - z), half[1] - np.abs(points[1] - y))
        directions = np.stack([0.5 * u + colour, 0.4 * v + 0.06, np.ones_like(u)])
        painted = landscape(directions, noise, 0.01) * vector((0.9, 0.75, 0.55), 1)
        mount = np.where(rim < 0.09, 0.62, painted)
        gilt = vector((0.30, 0.19, 0.06), 1) * (0.6 + 0.4 * np.cos(rim * 300))
        return Finish(np.where(rim < 0.035, gilt, mount), np.where(rim < 0.035, 0.03, 0.004))

    return Body(Solid(distance, *around(centre, (size[0] + 0.01, size[1] + 0.01, size[2] + 0.01))), finish)


def curtain(noise: Noise, left: float, right: float) -> Body:
    """Linen that hangs in folds and glows where the window is behind it."""
    middle, half = (left + right) / 2, (right - left) / 2
    top = WINDOW[3] + 0.17

    def distance(points: np.ndarray) -> np.ndarray:
        x, y, z = points
        folds = 0.035 * np.sin(46 * (x - middle) + 1.5 * np.sin(3 * y) + 4 * np.sin(9 * (x - middle)))
        moved = np.stack([x, y, z + folds * (0.5 + 0.5 * ramp(top, 0.4, y))])
        cloth = rounded_box(moved, (middle, top / 2 + 0.02, BACK - 0.1), (half, top / 2, 0.012), 0.01) * np.float32(0.5)
        return np.minimum(
            cloth,
            capsule(points, (left - 0.2, top, BACK - 0.1), (right + 0.2, top, BACK - 0.1), 0.014, 0.014),
        )

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        x, y, _ = points
        linen = vector((0.60, 0.55, 0.45), 1) * np.exp(0.06 * noise(x, y, 0.012, 2, 0.004) + 0.05 * noise(x, y, 0.5, 2))
        soft = 0.07
        behind = ramp(-soft, soft, np.minimum(x - WINDOW[0], WINDOW[1] - x))
        behind = behind * ramp(-soft, soft, np.minimum(y - WINDOW[2], WINDOW[3] - y))
        folds = 0.55 + 0.45 * np.clip(-normals[2], 0, 1) ** 3
        light = (SKYLIGHT + 0.25 * SUNLIGHT / np.pi)[:, None] * 0.22
        return Finish(linen, 0.0, linen * light * (behind * folds))

    low, high = (left - 0.22, 0.0, BACK - 0.18), (right + 0.22, top + 0.05, BACK - 0.02)
    return Body(Solid(distance, low, high), finish)


def pot() -> Body:
    """Terracotta."""
    x, _, z = POT

    def distance(points: np.ndarray) -> np.ndarray:
        flared = points.copy()
        scale = 1 - 0.35 * np.clip((points[1] - 0.02) / 0.4, 0, 1)
        flared[0], flared[2] = (points[0] - x) * scale, (points[2] - z) * scale
        body = cylinder(flared, (0.0, 0.19, 0.0), 1, 0.14, 0.19, 0.02) * np.float32(0.8)
        return np.minimum(body, cylinder(points, (x, 0.36, z), 1, 0.225, 0.03, 0.015))

    def finish(points: np.ndarray, normals: np.ndarray) -> Finish:
        earth = (points[1] > 0.37) & (np.hypot(points[0] - x, points[2] - z) < 0.2)
        return Finish(np.where(earth, 0.03, vector((0.36, 0.145, 0.075), 1)))

    return Body(Solid(distance, *around((x, 0.2, z), (0.24, 0.21, 0.24))), finish)


def paint_plant(scene: Scene, leaves: int = 260) -> None:
    """A rubber plant in the pot, in front of the window's light."""
    rng = scene.rng
    stems = rng.normal(0, 1, (7, 3)) * np.array([0.22, 0.12, 0.18]) + np.array([POT[0], 1.2, POT[2]])
    stem, up = rng.integers(0, 7, leaves), rng.beta(2.2, 1.2, leaves)
    foot = np.array([POT[0], 0.35, POT[2]])
    centres = foot + (stems[stem] - foot) * up[:, None] + rng.normal(0, 0.075, (leaves, 3)) * (0.4 + up[:, None])
    centres = centres[np.argsort(-centres[:, 2])].T.astype(np.float32)
    normals = directions(rng, leaves)
    front, back = (illuminate(scene.lights, centres, n, scene.camera.position, 1.0)[0] for n in (normals, -normals))
    green = vector((0.055, 0.115, 0.03), 1) * np.exp(0.25 * rng.standard_normal(leaves))
    light = green * ((front + 0.6 * back) / np.pi + 1.2 * vector(AMBIENT, 1)) + 0.01 * front
    paint_leaves(scene.canvas, centres, rng.uniform(0.05, 0.10, leaves), light, rng)
