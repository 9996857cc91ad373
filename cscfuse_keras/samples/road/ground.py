"""Road, kerbs and pavements."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from cscfuse_keras.samples.geometry import Vector, Window, vector
from cscfuse_keras.samples.lighting import Light, coarsely, illuminate
from cscfuse_keras.samples.road.scene import AMBIENT, KERB, SKYGLOW, STEP, Scene, Surface
from cscfuse_keras.samples.texture import fraction, ramp, stripe

CAR_HALF = 0.75, 2.0  # metres of ground that a car covers
KERBSTONE = 0.18
SLAB = 0.6


@dataclass(frozen=True)
class Shade:
    """A level rectangle, `half` wide and long, that shades the ground; `soft` is its penumbra in metres."""

    centre: Vector
    half: tuple[float, float]
    soft: float


def _outside(points: np.ndarray, centre: Vector, half: tuple[float, float]) -> np.ndarray:
    """Horizontal distance from an upright block; negative inside."""
    x, z = np.abs(points[0] - centre[0]) - half[0], np.abs(points[2] - centre[2]) - half[1]
    return np.hypot(np.maximum(x, 0), np.maximum(z, 0)) + np.minimum(np.maximum(x, z), 0)


def _unshaded(shades: Sequence[Shade], light: Light, points: np.ndarray) -> np.ndarray:
    """Part of a lamp's light that passes the shades on its way to points on the ground."""
    passed = np.ones(points.shape[1:], np.float32)
    lamp = vector(light.position, points.ndim - 1)
    for shade in shades:
        if shade.centre[1] < light.position[1]:
            crossing = points + (lamp - points) * np.float32(shade.centre[1] / light.position[1])
            passed *= ramp(-shade.soft, shade.soft, _outside(crossing, shade.centre, shade.half))
    return passed


def _markings(x: np.ndarray, z: np.ndarray, zebra: float, soft: np.ndarray) -> np.ndarray:
    """Paint on the road, from 0 to 1: centre and edge lines, stop line, zebra crossing at z = `zebra`."""
    lines = stripe(0.0, 0.07, x, soft) * stripe(1.5, 1.5, np.mod(z, 6.0), 0.1)
    lines = np.maximum(lines, stripe(3.25, 0.06, np.abs(x), soft)) * (np.abs(z - zebra) > 3.2)
    bars = stripe(zebra, 1.7, z, 0.06) * stripe(0.5, 0.26, fraction(np.abs(x) + 0.25), soft) * (np.abs(x) < 4.9)
    stop = stripe(zebra - 2.6, 0.18, z, 0.05) * (x > 0.15) * (x < 3.2)
    return np.maximum(lines, np.maximum(bars, stop))


def _road(scene: Scene, points: np.ndarray, pixel: np.ndarray, zebra: float) -> Surface:
    """Worn asphalt with cracks, repairs and wheel tracks, and its markings."""
    noise, (x, _, z) = scene.noise, points
    stones = noise(x, z, 0.05, 3, pixel)
    patchy = noise(x, z, 3.0, 3, 2 * pixel)
    worn = noise(x + 31, z * 0.25, 1.3, 3, 2 * pixel)
    repair = ramp(1.05, 1.25, noise(x * 0.6 + 9, z * 0.16, 1.6))
    crack = np.exp(-((noise(x, z + 40, 1.7, 4, pixel) / 0.035) ** 2)) * ramp(0.2, 1.0, patchy)
    tracks = np.exp(-(((np.abs(np.abs(x) - 1.72) - 0.78) / 0.33) ** 2))
    oil = np.exp(-(((np.abs(x) - 1.7) / 0.3) ** 2)) * ramp(-0.5, 1.5, worn)
    gutter = np.exp(-(((np.abs(x) - KERB + 0.12) / 0.16) ** 2))
    grey = 0.085 * np.exp(0.16 * patchy + 0.24 * stones) * (1 - 0.35 * repair) * (1 - 0.55 * crack)
    grey *= (1 - 0.12 * tracks) * (1 - 0.3 * oil)
    paint = _markings(x, z, zebra, np.maximum(pixel, 0.02)) * ramp(-2.0, -0.6, worn + 0.5 * stones) * (1 - 0.8 * crack)
    albedo = vector((1.0, 0.97, 0.93), 1) * ((grey + paint * (0.55 + 0.05 * stones)) * (1 - 0.45 * gutter))
    sheen = 0.02 * np.exp(0.4 * stones + 0.3 * worn) * (1 + 0.6 * tracks)
    heat = AMBIENT + 0.03 + 0.03 * patchy + 0.016 * stones + 0.03 * tracks - 0.05 * repair + 0.06 * crack
    return Surface(albedo, sheen, 0.0, heat + 0.003 * paint)


def _pavement(scene: Scene, points: np.ndarray, pixel: np.ndarray) -> Surface:
    """Kerbstones and slabs laid in bond."""
    noise, (x, y, z) = scene.noise, points
    grain = noise(x, z, 0.05, 3, pixel)
    patchy = noise(x, z, 3.0, 3, 2 * pixel)
    row, across = np.floor(z / SLAB), (np.abs(x) - KERB - KERBSTONE) / SLAB
    across = across + 0.5 * np.mod(row, 2)
    tones = scene.rng.standard_normal((64, 64), np.float32)
    tone = tones[row.astype(int) % 64, np.floor(across).astype(int) % 64] * np.clip(0.2 / pixel - 1, 0, 1)
    from_joint = SLAB * (0.5 - np.maximum(np.abs(fraction(across) - 0.5), np.abs(fraction(z / SLAB) - 0.5)))
    joint = (1 - ramp(0.003, 0.02, from_joint)) * np.clip(0.03 / pixel - 1, 0, 1)
    slabs = 0.17 * np.exp(0.09 * tone + 0.12 * patchy + 0.18 * grain) * (1 - 0.55 * joint)
    slab_heat = AMBIENT - 0.05 + 0.015 * tone + 0.025 * patchy + 0.016 * grain + 0.04 * joint
    gap = stripe(0.5, 0.012, fraction(z), np.maximum(pixel, 0.02))
    stones = 0.26 * np.exp(0.1 * patchy + 0.18 * grain) * (1 - 0.5 * gap) * np.where(y < STEP - 1e-3, 0.6, 1.0)
    stone_heat = AMBIENT + 0.10 + 0.03 * patchy - 0.05 * gap
    kerb = np.abs(x) < KERB + KERBSTONE
    albedo = vector((1.0, 0.95, 0.88), 1) * np.where(kerb, stones, slabs)
    return Surface(albedo, 0.006 * np.exp(0.4 * grain), 0.0, np.where(kerb, stone_heat, slab_heat))


def _meet(scene: Scene, rays: np.ndarray) -> np.ndarray:
    """Depth at which rays that point down meet pavement, road or the face of a kerb."""
    (x, y, _), across = scene.camera.position, rays[0]
    pavement, road = (STEP - y) / rays[1], -y / rays[1]
    with np.errstate(divide="ignore"):
        kerb = (np.copysign(np.float32(KERB), across) - x) / across
    depth = np.where(np.abs(x + road * across) > KERB, kerb, road)
    return np.where(np.abs(x + pavement * across) > KERB, pavement, depth)


def paint_ground(scene: Scene, shades: Sequence[Shade], cars: Sequence[Vector], zebra: float) -> None:
    """Road and pavements; `cars` keep the light of the sky from the ground beneath, and keep it warm."""
    camera = scene.camera
    top = min(int(camera.centre[1]) + 2, camera.height - 2)
    window = Window(top, camera.height, 0, camera.width)
    rays = camera.rays(window)
    depth = _meet(scene, rays)
    points = camera.along(rays, depth)
    pixel = scene.footprint(depth)

    def light(points: np.ndarray) -> np.ndarray:
        upward = np.zeros_like(points)
        upward[1] = 1
        total = np.zeros((2, 3, *points.shape[1:]), np.float32)
        for lamp in scene.lights:
            total += np.stack(illuminate([lamp], points, upward, camera.position, 26.0)) * _unshaded(
                shades, lamp, points
            )
        total[0] += vector(SKYGLOW, 2) * np.pi
        return total

    def uncovered(points: np.ndarray) -> np.ndarray:
        factors = (ramp(-0.35, 0.55, _outside(points, car, CAR_HALF)) for car in cars)
        return reduce(np.multiply, factors, np.ones(points.shape[1:], np.float32))

    sky = coarsely(uncovered, points, 4)
    diffuse, glossy = coarsely(light, points, 4) * (0.12 + 0.88 * sky)
    visible, infrared = np.empty_like(points), np.empty_like(depth)
    on_road = (points[1] < STEP / 2) & (np.abs(points[0]) < KERB - 1e-4)
    for where in (on_road, ~on_road):
        at = points[:, where], pixel[where]
        surface = _road(scene, *at, zebra) if where is on_road else _pavement(scene, *at)
        visible[:, where] = surface.albedo * diffuse[:, where] / np.pi + surface.gloss * glossy[:, where]
        infrared[where] = surface.heat
    infrared += 0.10 * (1 - sky) * on_road - 0.05 * np.exp(-depth / 9)
    scene.paint(window, depth, visible, infrared)
