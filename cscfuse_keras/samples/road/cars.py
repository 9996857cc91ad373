"""Cars."""

from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.geometry import (
    Solid,
    Vector,
    convex,
    cylinder,
    dot,
    rounded_box,
    smooth_union,
    vector,
)
from cscfuse_keras.samples.road.scene import AMBIENT, SKYGLOW, Scene, Surface, paint_solid
from cscfuse_keras.samples.texture import ramp, stripe


def _hull(profile: list[tuple[float, float]], half: float, lean: float) -> tuple[np.ndarray, np.ndarray]:
    """Planes (normals, offsets) of a convex side view (z, y), and of a side at `half` that leans in."""
    corners = np.array(profile)
    edges = np.roll(corners, -1, axis=0) - corners
    outward = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / np.hypot(*edges.T)[:, None]
    x, y = np.array([1.0, lean]) / np.hypot(1.0, lean)
    normals = np.array([(0.0, up, along) for along, up in outward] + [(x, y, 0.0)])
    offsets = np.append((outward * corners).sum(axis=1), x * half + y * 0.95)
    return normals.astype(np.float32), offsets.astype(np.float32)


BODY = _hull(
    [
        (-2.0, 0.24),
        (2.02, 0.24),
        (2.2, 0.42),
        (2.17, 0.68),
        (1.7, 0.86),
        (0.8, 1.0),
        (-1.9, 1.06),
        (-2.16, 0.92),
        (-2.2, 0.5),
    ],
    half=0.88,
    lean=0.06,
)
CABIN = _hull([(-2.05, 0.8), (1.35, 0.8), (0.3, 1.36), (-0.15, 1.47), (-0.9, 1.47), (-1.5, 1.38)], half=0.83, lean=0.42)
AXLES = -1.33, 1.36
WHEEL = 0.32  # radius and height of the axles


@dataclass(frozen=True)
class Car:
    """A car, its nose to the camera or away, its engine `warm` from 0 to 1; lamps are on when `driving`."""

    place: Vector
    oncoming: bool
    colour: Vector
    warm: float
    driving: bool = False

    def local(self, points: np.ndarray) -> np.ndarray:
        """Points (3, n) in the car's own axes: to either side, up, forwards."""
        x, y, z = points - vector(self.place, 1)
        return np.stack([np.abs(x), y, -z if self.oncoming else z])


def _distance(p: np.ndarray) -> np.ndarray:
    shell = smooth_union(convex(p, *BODY, 0.025), convex(p, *CABIN, 0.03), 0.06)
    for axle in AXLES:
        arch = cylinder(p, (0.85, WHEEL + 0.01, axle), 0, 0.375, 0.25, 0.02)
        wheel = cylinder(p, (0.76, WHEEL, axle), 0, WHEEL, 0.105, 0.035)
        shell = np.minimum(np.maximum(shell, -arch), wheel)
    return np.minimum(shell, rounded_box(p, (0.98, 0.98, 0.72), (0.09, 0.06, 0.05), 0.04))


def _parts(p: np.ndarray, normals: np.ndarray) -> dict[str, np.ndarray]:
    """Which points belong to which part; a point may belong to several, the first one counts."""
    x, y, z = p
    hub = np.where(z > 0, z - AXLES[1], z - AXLES[0])
    radius = np.hypot(y - WHEEL, hub)
    tyre = (radius < WHEEL + 0.005) & (x < 0.875)
    spoke = np.cos(5 * np.arctan2(y - WHEEL, hub)) > -0.1
    front, rear = z > 1.75, z < -1.95
    windows = (y > 1.03) & (y < 1.39) & (x < 0.9)
    side = (np.abs(normals[0]) > 0.6) & (np.abs(z + 0.42) > 0.04) & (z > -1.62) & (z < 0.72)
    screen = (np.abs(normals[2]) > 0.3) & (x < 0.96 - 0.25 * y)
    return {
        "rim": tyre & (radius < 0.21) & (x > 0.6) & spoke,
        "tyre": tyre,
        "arch": (radius < 0.385) & (x < 0.8) & (y < 0.75),
        "sill": y < 0.36,
        "glass": windows & (side | screen),
        "headlamp": front & (y > 0.58) & (y < 0.74) & (x > 0.42) & (x < 0.8),
        "plate": (front | rear) & (y > 0.46) & (y < 0.57) & (x < 0.26) & (np.abs(normals[2]) > 0.7),
        "grille": (z > 2.0) & (y > 0.32) & (y < 0.6) & (x < 0.5 + 0.2 * (y < 0.46)),
        "tail": rear & (y > 0.70) & (y < 0.88) & (x > 0.45),
    }


def _mirrored(normals: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Light (3, n) of sky and street that lacquer and glass mirror, by C. Schlick's Fresnel factor (1994)."""
    facing = np.clip(dot(normals, view), 0, 1)
    up = 2 * facing * normals[1] - view[1]
    surroundings = 0.7 + 1.8 * ramp(-0.05, 0.25, up) + 1.2 * stripe(0.18, 0.07, up, 0.1)
    return vector(SKYGLOW, 1) * (surroundings * (0.04 + 0.96 * (1 - facing) ** 5))


def paint_car(scene: Scene, car: Car) -> None:
    """Body, cabin, wheels, glass and lamps; in the infrared, the roof mirrors the cold sky."""

    def material(points: np.ndarray, normals: np.ndarray, view: np.ndarray) -> Surface:
        p = car.local(points)
        x, y, z = p
        parts = _parts(p, normals)
        kinds = list(parts.values())
        doors = sum(stripe(at, 0.008, z, 0.012) for at in (-1.0, -0.42, 0.75)) * (x > 0.75) * (y < 1.0)
        handles = (np.minimum(np.abs(z + 0.85), np.abs(z + 0.25)) < 0.08) & (np.abs(y - 0.86) < 0.015) & (x > 0.8)
        lacquer = vector(car.colour, 1) * ((1 - 0.8 * np.clip(doors, 0, 1)) * (1 - 0.6 * handles))
        black, white = vector((0.02, 0.02, 0.02), 1), vector((0.4, 0.39, 0.36), 1)
        red = vector((0.22, 0.008, 0.008), 1)
        albedo = np.select(kinds, [0.8 * white, black, black, black, 0.6 * black, white, white, black, red], lacquer)

        polished = ~(parts["tyre"] | parts["arch"] | parts["sill"] | parts["grille"])
        own = polished * _mirrored(normals, view)
        if car.driving:
            beam = parts["headlamp"] * np.exp(-(((x - 0.6) / 0.1) ** 2))
            own += vector((420.0, 405.0, 370.0), 1) * beam + vector((1.6, 0.05, 0.03), 1) * parts["tail"]

        sky = np.maximum(normals[1], 0)
        steel = AMBIENT - 0.02 - 0.24 * sky**2 + 0.025 * scene.noise(z, y + x, 0.5, 2) - 0.03 * doors
        bonnet = np.exp(-(((z - 1.4) / 0.65) ** 2) - (x / 0.8) ** 4) * (y > 0.6) * (z > 0.75)
        steel += car.warm * ((0.35 + 0.24 * sky**2) * bonnet + 0.2 * np.exp(-(((z - 1.6) / 0.6) ** 2)) * (y <= 0.6))
        rubber = AMBIENT + 0.03 + 0.28 * car.driving + 0.08 * car.warm
        glass = AMBIENT - 0.08 - 0.12 * sky + 0.16 * car.driving
        lamp = AMBIENT + 0.05 + 0.3 * car.driving
        under = AMBIENT + 0.02 + 0.12 * car.warm
        levels = [
            rubber + 0.1 * car.warm,
            rubber,
            under,
            under,
            glass,
            lamp,
            steel,
            AMBIENT + 0.45 * car.warm,
            lamp,
        ]
        heat = np.select(kinds, levels, steel)
        exhaust = np.exp(-(((x - 0.5) / 0.09) ** 2) - ((y - 0.3) / 0.07) ** 2) * (z < -1.95) * car.driving
        return Surface(albedo, np.where(polished, 0.01, 0.001), own, heat + 0.5 * exhaust)

    x, y, z = car.place
    low, high = (x - 1.1, y - 0.02, z - 2.3), (x + 1.1, y + 1.55, z + 2.3)
    paint_solid(scene, Solid(lambda points: _distance(car.local(points)), low, high), material, shine=180.0)
