"""Lamp posts, sign posts, signs and light boxes."""

from collections.abc import Sequence

import cv2
import numpy as np

from cscfuse_keras.samples.geometry import Vector, rod, vector
from cscfuse_keras.samples.lighting import Light, illuminate
from cscfuse_keras.samples.road.scene import AMBIENT, KERB, STEP, Scene, Surface, paint_solid
from cscfuse_keras.samples.texture import ramp

LAMP_COLOUR = (1.0, 0.93, 0.82)
OWN_HEADLAMPS = 0.12  # what retroreflecting sheet returns of the light of the camera's own vehicle


def paint_rod(
    scene: Scene, start: Vector, end: Vector, radii: tuple[float, float], heat: float, glow: float = 0.0
) -> None:
    """A painted steel rod that tapers from `start` to `end`, or a lamp of radiance `glow`."""

    def steel(points, normals, view):
        return Surface(vector((0.12, 0.12, 0.12), 1), 0.03, glow * vector(LAMP_COLOUR, 1), heat - 0.05 * normals[1])

    paint_solid(scene, rod(start, end, *radii), steel)


def paint_lamp_post(scene: Scene, light: Light) -> None:
    """A post at the kerb, an arm, and the lamp over the road."""
    x, y, z = light.position
    foot = float(np.copysign(KERB + 0.45, x))
    paint_rod(scene, (foot, STEP, z), (foot, y - 0.35, z), (0.095, 0.06), AMBIENT + 0.07)
    paint_rod(scene, (foot, y - 0.35, z), (1.1 * x, y + 0.12, z), (0.06, 0.045), AMBIENT + 0.02)
    paint_rod(scene, (1.1 * x, y + 0.13, z), (x, y + 0.11, z), (0.11, 0.09), AMBIENT + 0.15)
    paint_rod(scene, (1.08 * x, y + 0.03, z), (x, y + 0.01, z), (0.06, 0.06), 0.95, glow=150.0)


def paint_plate(
    scene: Scene, centre: Vector, half: tuple[float, float], face: np.ndarray, glow: float, heat: float
) -> None:
    """An upright plate with the colours and cover `face` (h, w, 4), lit from within by `glow`."""
    camera, (x, y, z) = scene.camera, centre
    low, high = (x - half[0], y - half[1], z), (x + half[0], y + half[1], z)
    window = camera.window(low, high)
    if window.empty:
        return
    rays = camera.rays(window)
    depth = np.full(rays.shape[1:], z - camera.position[2], np.float32)
    points = camera.along(rays, depth)
    columns = (points[0] - low[0]) / (2 * half[0]) * face.shape[1] - 0.5
    rows = (high[1] - points[1]) / (2 * half[1]) * face.shape[0] - 0.5
    colour = cv2.remap(face, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)
    toward_camera = np.zeros_like(points)
    toward_camera[2] = -1
    light, _ = illuminate(scene.nearby(centre), points, toward_camera, camera.position, 1.0)
    visible = np.moveaxis(colour[..., :3], -1, 0) * (light / np.pi + OWN_HEADLAMPS + glow)
    depth[colour[..., 3] < 0.5] = np.inf
    scene.paint(window, depth, visible, heat)


def lettering(text: str, size: tuple[int, int], ink: Sequence[float], paper: Sequence[float]) -> np.ndarray:
    """A plate (h, w, 4) with centred text."""
    height, width = size
    font = cv2.FONT_HERSHEY_DUPLEX
    (w, h), _ = cv2.getTextSize(text, font, 1.0, 1)
    scale, thick = min(0.8 * width / w, 0.55 * height / h), max(2, height // 14)
    (w, h), _ = cv2.getTextSize(text, font, scale, thick)
    mask = np.zeros(size, np.uint8)
    cv2.putText(mask, text, ((width - w) // 2, (height + h) // 2), font, scale, 255, thick, cv2.LINE_AA)
    printed = np.float32(mask)[..., None] / 255
    colour = (1 - printed) * np.asarray(paper, np.float32) + printed * np.asarray(ink, np.float32)
    return np.concatenate([colour, np.ones((*size, 1), np.float32)], axis=-1)


def speed_limit(text: str) -> np.ndarray:
    """A plate (256, 256, 4): white disc, red ring, black figures."""
    face = lettering(text, (256, 256), (0.02, 0.02, 0.02), (0.75, 0.75, 0.75))
    y, x = np.mgrid[-1:1:256j, -1:1:256j].astype(np.float32)
    radius = np.hypot(x, y)
    ring = ramp(0.74, 0.76, radius)[..., None]
    face[..., :3] = face[..., :3] * (1 - ring) + ring * np.array([0.55, 0.02, 0.03], np.float32)
    face[..., 3] = radius < 0.99
    return face
