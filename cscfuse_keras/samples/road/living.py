"""People and a dog."""

from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.geometry import Solid, Vector, capsule, dot, smooth_union, vector
from cscfuse_keras.samples.road.scene import Scene, Surface, paint_solid
from cscfuse_keras.samples.texture import ramp

Rod = tuple[Vector, Vector, float, float]  # ends and their radii


@dataclass(frozen=True)
class Walker:
    """A person or dog at `foot`, `heading` radians from +x to +z, `size` times as tall as usual."""

    foot: Vector
    heading: float
    size: float = 1.0

    def local(self, points: np.ndarray) -> np.ndarray:
        """Points (3, n) in the walker's own axes: forwards, up, to the left."""
        cos, sin = np.float32(np.cos(self.heading)), np.float32(np.sin(self.heading))
        x, y, z = points - vector(self.foot, 1)
        return np.stack([x * cos + z * sin, y, z * cos - x * sin]) / np.float32(self.size)


def _limb_heat(normals: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Loss of infrared level where skin, cloth or fur is seen at a slant."""
    return 0.15 * (1 - np.clip(dot(normals, view), 0, 1)) ** 2


def _leg(side: float, swing: float) -> list[Rod]:
    knee = 0.42 * swing + 0.05, 0.49, 0.09 * side
    ankle = 0.62 * swing - 0.13 * abs(swing) - 0.02, 0.09 + 0.10 * max(-swing, 0), 0.085 * side
    toe = ankle[0] + 0.15, ankle[1] - 0.045, 0.1 * side
    return [
        ((0.0, 0.93, 0.085 * side), knee, 0.098, 0.066),
        (knee, ankle, 0.068, 0.045),
        (ankle, toe, 0.048, 0.04),
    ]


def _arm(side: float, swing: float) -> list[Rod]:
    elbow, hand = (0.24 * swing - 0.04, 1.14, 0.25 * side), (0.42 * swing + 0.08, 0.90, 0.25 * side)
    return [((0.0, 1.42, 0.18 * side), elbow, 0.066, 0.052), (elbow, hand, 0.05, 0.038)]


def paint_person(scene: Scene, person: Walker, stride: float, clothes: Vector) -> None:
    """A person 1.75 m tall in dark clothes; skin is warmest, then hair, coat, trousers and shoes."""
    limbs = _leg(1, stride) + _leg(-1, -stride) + _arm(1, -stride) + _arm(-1, stride)

    def distance(points: np.ndarray) -> np.ndarray:
        p = person.local(points)
        # The trunk is wider from shoulder to shoulder than it is deep.
        trunk = capsule(p * vector((1.25, 1.0, 0.92), 1), (0.0, 0.98, 0.0), (0.02, 1.34, 0.0), 0.155, 0.175) * 0.8
        body = smooth_union(trunk, capsule(p, (0.01, 1.40, -0.13), (0.01, 1.40, 0.13), 0.075, 0.075), 0.08)
        body = smooth_union(body, capsule(p, (0.02, 1.44, 0.0), (0.04, 1.54, 0.0), 0.055, 0.052), 0.05)
        for limb in limbs:
            body = smooth_union(body, capsule(p, *limb), 0.05)
        head = capsule(p, (0.05, 1.61, 0.0), (0.035, 1.655, 0.0), 0.087, 0.098)
        return smooth_union(body, head, 0.03) * np.float32(0.9 * person.size)

    def material(points: np.ndarray, normals: np.ndarray, view: np.ndarray) -> Surface:
        forwards, up, left = person.local(points)
        crease = scene.noise(1.4 * forwards + left, 0.8 * up, 0.16, 3)
        head = up > 1.5
        face = head & (forwards > 0.03) & (up < 1.69)
        hand = (up < 0.95) & (up > 0.82) & (np.abs(left) > 0.2)
        shoe = up < 0.1
        kinds = [face, hand, head, shoe, up < 0.93]
        cloth = vector(clothes, 1) * np.exp(0.15 * crease)
        skin, hair = vector((0.34, 0.22, 0.16), 1), vector((0.02, 0.02, 0.02), 1)
        albedo = np.select(kinds, [skin, skin, hair, hair, 0.6 * cloth], cloth)
        coat = 0.80 + 0.035 * crease + 0.05 * ramp(0.9, 1.3, up) * (np.abs(left) < 0.14)
        trousers = 0.77 + 0.04 * crease - 0.05 * ramp(0.6, 0.2, up)
        heat = np.select(kinds, [0.98, 0.90, 0.86, 0.62, trousers], coat)
        return Surface(albedo, 0.002, 0.0, heat - _limb_heat(normals, view))

    x, y, z = person.foot
    reach, top = 0.72 * person.size, 1.8 * person.size
    solid = Solid(distance, (x - reach, y - 0.02, z - reach), (x + reach, y + top, z + reach))
    paint_solid(scene, solid, material, living=True)


def _dog_rods() -> list[Rod]:
    trunk, neck, head, snout, tail = (
        ((-0.30, 0.50, 0.0), (0.26, 0.53, 0.0), 0.115, 0.145),
        ((0.30, 0.58, 0.0), (0.46, 0.74, 0.0), 0.09, 0.075),
        ((0.47, 0.77, 0.0), (0.54, 0.76, 0.0), 0.085, 0.075),
        ((0.56, 0.75, 0.0), (0.70, 0.71, 0.0), 0.05, 0.034),
        ((-0.38, 0.55, 0.0), (-0.62, 0.76, 0.0), 0.035, 0.018),
    )
    rods = [trunk, neck, head, snout, tail]
    rods += [((0.43, 0.84, 0.05 * side), (0.40, 0.90, 0.06 * side), 0.028, 0.012) for side in (-1, 1)]
    for x, side, swing in ((0.24, 1, 0.10), (0.24, -1, -0.12), (-0.30, 1, -0.10), (-0.30, -1, 0.12)):
        knee, paw = (x + 0.4 * swing - 0.02, 0.27, 0.075 * side), (x + swing, 0.03, 0.075 * side)
        rods += [((x, 0.46, 0.07 * side), knee, 0.07, 0.038), (knee, paw, 0.036, 0.03)]
    return rods


def paint_dog(scene: Scene, dog: Walker) -> None:
    """A dog 0.6 m tall at the shoulder; its coat hides part of its warmth."""
    rods = _dog_rods()

    def distance(points: np.ndarray) -> np.ndarray:
        p = dog.local(points)
        body = capsule(p, *rods[0])
        for rod in rods[1:]:
            body = smooth_union(body, capsule(p, *rod), 0.05)
        return body * np.float32(0.9)

    def material(points: np.ndarray, normals: np.ndarray, view: np.ndarray) -> Surface:
        forwards, up, left = dog.local(points)
        fur = scene.noise(2 * forwards + left, up + left, 0.06, 3)
        coat = vector((0.06, 0.045, 0.03), 1) * np.exp(0.4 * fur)
        bare = np.maximum(ramp(0.44, 0.56, forwards), 0.3 * (1 - ramp(0.1, 0.3, up)))
        return Surface(coat, 0.004, 0.0, 0.68 + 0.18 * bare + 0.035 * fur - _limb_heat(normals, view))

    x, y, z = dog.foot
    solid = Solid(distance, (x - 0.8, y - 0.02, z - 0.8), (x + 0.8, y + 1.0, z + 0.8))
    paint_solid(scene, solid, material, living=True)
