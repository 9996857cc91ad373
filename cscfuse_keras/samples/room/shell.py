"""Walls, floor, ceiling and the window."""

import numpy as np

from cscfuse_keras.samples.geometry import Vector, vector
from cscfuse_keras.samples.lighting import coarsely
from cscfuse_keras.samples.room.outdoors import landscape
from cscfuse_keras.samples.room.scene import BACK, HALF_WIDTH, HEIGHT, REVEAL, WINDOW, Scene, window_opening
from cscfuse_keras.samples.texture import fraction, ramp, stripe

PLANK = 0.14, 1.6
RUG = (-0.35, 2.9), (1.25, 0.85)  # centre and half sizes in x and z


def _walls(camera_position: Vector, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Depth at which rays leave the room, and through what: 0 side walls, 1 floor or ceiling, 2 back wall."""
    low, high = (-HALF_WIDTH, 0.0, -1.0), (HALF_WIDTH, HEIGHT, BACK)
    with np.errstate(divide="ignore", invalid="ignore"):
        exits = np.stack([(np.where(rays[i] > 0, high[i], low[i]) - camera_position[i]) / rays[i] for i in range(3)])
    return np.nanmin(exits, axis=0).astype(np.float32), np.nanargmin(exits, axis=0)


def _floor(scene: Scene, x: np.ndarray, z: np.ndarray, pixel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Oak planks and a woven rug: albedo (3, n) and strength of reflections (n,)."""
    row = np.floor(x / PLANK[0])
    tones = scene.rng.standard_normal((64, 64)).astype(np.float32)
    along = z / PLANK[1] + 0.37 * row
    tone = tones[row.astype(int) % 64, np.floor(along).astype(int) % 64]
    grain = scene.noise(9 * x + 5 * tone, 0.5 * z + 3 * tone, 0.13, 4, 3 * pixel)
    joint = np.maximum(stripe(0.5, 0.47, fraction(x / PLANK[0]), 0.03) * stripe(0.5, 0.498, fraction(along), 0.002), 0)
    oak = vector((0.30, 0.185, 0.095), 1) * np.exp(0.14 * tone + 0.13 * grain) * (0.35 + 0.65 * joint)
    (rug_x, rug_z), half = RUG
    u, v = x - rug_x, z - rug_z
    rim = np.minimum(half[0] - np.abs(u), half[1] - np.abs(v))
    diamonds = np.abs(fraction(u / 0.5) - 0.5) + np.abs(fraction(v / 0.34) - 0.5)
    pattern = np.select(
        [rim < 0.06, rim < 0.11, rim < 0.14, diamonds < 0.18, np.abs(diamonds - 0.32) < 0.05],
        [0, 1, 0, 1, 2],
        3,
    )
    wool = np.array([[0.42, 0.36, 0.26], [0.05, 0.07, 0.13], [0.48, 0.26, 0.10], [0.30, 0.055, 0.045]], np.float32)
    weave = np.exp(0.10 * scene.noise(u, v, 0.02, 1, pixel) + 0.08 * scene.noise(3 * u, v, 0.5, 3, pixel))
    on_rug = rim > 0
    return np.where(on_rug, wool[pattern].T * weave, oak), np.where(on_rug, 0.0, 0.04 * joint)


def _plaster(scene: Scene, u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
    return np.exp(0.012 * scene.noise(u, v, 1.3, 3, pixel) + 0.025 * scene.noise(u, v, 0.02, 2, pixel))


def _wall(scene: Scene, colour: Vector, u: np.ndarray, y: np.ndarray, pixel: np.ndarray) -> np.ndarray:
    """Albedo (3, n) of a painted wall with a white skirting board."""
    skirting = ramp(0.004, -0.004, y - 0.11)
    board = 0.68 * (1 - 0.4 * stripe(0.095, 0.004, y, 0.004))
    return vector(colour, 1) * (_plaster(scene, u, y, pixel) * (1 - skirting)) + board * skirting


def _window(scene: Scene, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Light (3, n) from reveal, frame and landscape in the opening; and whether rays go outside (n,)."""
    left, right, bottom, top = WINDOW
    (ox, oy, oz), deep = scene.camera.position, BACK + REVEAL
    x, y = ox + rays[0] * (deep - oz), oy + rays[1] * (deep - oz)
    inside = np.minimum(np.minimum(x - left, right - x), np.minimum(y - bottom, top - y))
    pane = window_opening(x, y, 0.004)
    outside = landscape(rays, scene.noise, 1 / scene.camera.focal)
    shade = 0.035 + 0.05 * ramp(0.0, 0.05, inside)
    frame = vector((0.95, 0.93, 0.88), 1) * shade
    on_sill = (y < bottom) & (x > left) & (x < right)
    reach = np.clip((x - left) / (right - left), 0, 1)
    reveal = vector((0.36, 0.35, 0.33), 1) * np.where(on_sill, 0.9, 0.45 + 0.25 * reach)
    lit = np.where(inside < 0, reveal * (0.55 + 0.45 * ramp(-0.2, 0.0, inside)), frame)
    return outside * pane + lit * (1 - pane), pane > 0.5


def paint_shell(scene: Scene, wall_colour: Vector) -> None:
    """Painted plaster with skirting, an oak floor with a rug, white ceiling, and the window with its view."""
    camera, canvas = scene.camera, scene.canvas
    rays = camera.rays()
    depth, axis = _walls(camera.position, rays)
    points = camera.along(rays, depth)
    pixel = scene.footprint(depth)
    left, right, bottom, top = WINDOW
    opening = (axis == 2) & (points[0] > left) & (points[0] < right) & (points[1] > bottom) & (points[1] < top)
    canvas.depth[:] = depth
    for along, sign in ((0, -1), (0, 1), (1, -1), (1, 1), (2, -1)):
        where = (axis == along) & (np.sign(rays[along]) == -sign)
        if not where.any():
            continue
        normal = sign * np.eye(3, dtype=np.float32)[along]
        diffuse, glossy = _flat_light(scene, points, where, normal)
        x, y, z = at = points[:, where]
        normals = np.broadcast_to(vector(normal, 1), at.shape)
        if along != 1:
            albedo, gloss = _wall(scene, wall_colour, z if along == 0 else x, y, pixel[where]), 0.0
        elif sign > 0:
            albedo, gloss = _floor(scene, x, z, pixel[where])
        else:
            albedo, gloss = 0.75 * _plaster(scene, x, z, pixel[where]), 0.0
        canvas.layers[:, where] = albedo * (diffuse + scene.sun(at, normals)) + gloss * glossy
    light, outside = _window(scene, rays[:, opening])
    canvas.layers[:, opening] = light
    canvas.depth[opening] = np.where(outside, np.float32(1e3), np.float32(BACK + REVEAL))


def _flat_light(scene: Scene, points: np.ndarray, where: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Diffuse and glossy light (2, 3, n) at the points of a wall."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def light(sparse: np.ndarray) -> np.ndarray:
        normals = np.ascontiguousarray(np.broadcast_to(vector(normal, 2), sparse.shape))
        return np.stack(scene.light(sparse, normals, shine=60.0))

    return coarsely(light, points[:, part[0], part[1]], 6)[..., where[part]]
