"""Rays, boxes and signed distance fields: what a small ray caster needs.

Axes: x to the right, y up, z away from the camera, metres. Vectors come first: points are (3, ...) arrays.
The camera looks along z without tilt, so that the parameter `t` of a ray is also its depth z.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Vector = tuple[float, float, float]
Distance = Callable[[np.ndarray], np.ndarray]
NEAR = 0.2


@dataclass(frozen=True)
class Solid:
    """A body by its signed `distance` field (n,) of points (3, n), and the box that holds it."""

    distance: Distance
    low: Sequence[float]
    high: Sequence[float]


def around(centre: Vector, half: Vector) -> tuple[Vector, Vector]:
    """Lowest and highest corner of a box."""
    (x, y, z), (a, b, c) = centre, half
    return (x - a, y - b, z - c), (x + a, y + b, z + c)


@dataclass(frozen=True)
class Window:
    """A rectangle of the picture: rows `top` to `bottom`, columns `left` to `right` (exclusive)."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the rectangle in an (H, W) array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def empty(self) -> bool:
        """Whether no pixel lies inside."""
        return self.top >= self.bottom or self.left >= self.right


@dataclass(frozen=True)
class Camera:
    """A pinhole camera of `height` x `width` pixels at `position`; its principal point is `centre` (x, y)."""

    height: int
    width: int
    focal: float
    centre: tuple[float, float]
    position: Vector

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Columns and rows of (3, ...) points; points behind the camera are moved in front of it."""
        x, y, z = (point - origin for point, origin in zip(points, self.position, strict=True))
        scale = self.focal / np.maximum(z, NEAR)
        return self.centre[0] + x * scale, self.centre[1] - y * scale

    def window(self, low: Sequence[float], high: Sequence[float]) -> Window:
        """The rectangle of the picture that the box from corner `low` to corner `high` may cover."""
        corners = np.stack(np.meshgrid(*zip(low, high, strict=True))).reshape(3, 8)
        if high[2] - self.position[2] <= NEAR:
            return Window(0, 0, 0, 0)
        columns, rows = self.project(corners)
        top, bottom = np.clip([np.floor(rows.min()), np.ceil(rows.max()) + 1], 0, self.height).astype(int)
        left, right = np.clip([np.floor(columns.min()), np.ceil(columns.max()) + 1], 0, self.width).astype(int)
        return Window(int(top), int(bottom), int(left), int(right))

    def rays(self, window: Window | None = None) -> np.ndarray:
        """Directions (3, h, w) through the centres of the window's pixels, with z = 1."""
        window = window or Window(0, self.height, 0, self.width)
        x = (np.arange(window.left, window.right, dtype=np.float32) + 0.5 - self.centre[0]) / self.focal
        y = (self.centre[1] - np.arange(window.top, window.bottom, dtype=np.float32) - 0.5) / self.focal
        x, y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return np.stack([x, y, np.ones_like(x)])

    def along(self, rays: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Points (3, ...) at `depth` on the rays."""
        return vector(self.position, depth.ndim) + rays * depth


def vector(values: Sequence[float] | np.ndarray, axes: int) -> np.ndarray:
    """Three numbers as float32, to be broadcast over arrays (3, ...) with that many further axes."""
    return np.reshape(np.asarray(values, np.float32), (3, *[1] * axes))


def dot(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Inner products of (3, ...) vectors."""
    return first[0] * second[0] + first[1] * second[1] + first[2] * second[2]


def norm(vectors: np.ndarray) -> np.ndarray:
    """Lengths of (3, ...) vectors."""
    return np.sqrt(dot(vectors, vectors))


def enter_box(
    camera: Camera, rays: np.ndarray, low: Sequence[float], high: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Depths at which rays enter and leave a box, and the axis (0, 1, 2) of the face they enter by.

    A ray misses where it leaves before it enters.
    """
    enter = np.full(rays.shape[1:], NEAR, np.float32)
    leave = np.full(rays.shape[1:], np.inf, np.float32)
    axis = np.zeros(rays.shape[1:], np.int8)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(3):
            first = (low[i] - camera.position[i]) / rays[i]
            second = (high[i] - camera.position[i]) / rays[i]
            nearer = np.minimum(first, second)
            axis[nearer > enter] = i
            np.fmax(enter, nearer, out=enter)
            np.fmin(leave, np.maximum(first, second), out=leave)
    return enter, leave, axis


def trace(
    distance: Distance,
    camera: Camera,
    rays: np.ndarray,
    enter: np.ndarray,
    leave: np.ndarray,
    steps: int = 48,
) -> np.ndarray:
    """Depth at which rays meet the surface `distance` = 0 between two depths, infinity for those that miss.

    Sphere tracing (J. C. Hart, The Visual Computer 12, 1996): each step is as long as the distance to the
    nearest surface allows.
    """
    hit = np.full(rays.shape[1:], np.inf, np.float32)
    index = np.flatnonzero(enter < leave)
    ways, t, far = rays.reshape(3, -1)[:, index], enter.ravel()[index], leave.ravel()[index]
    stretch = 1 / norm(ways)
    for _ in range(steps):
        step = distance(camera.along(ways, t)) * stretch
        met = step < 4e-4 * t
        hit.ravel()[index[met]] = t[met]
        t = t + step
        on = ~met & (t < far)
        index, ways, t, far, stretch = index[on], ways[:, on], t[on], far[on], stretch[on]
        if not index.size:
            break
    return hit


def gradient(distance: Distance, points: np.ndarray, width: float = 4e-3) -> np.ndarray:
    """Unit normals (3, n) of a distance field at points (3, n), by differences on a tetrahedron."""
    corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float32)
    total = sum(corner[:, None] * distance(points + width * corner[:, None]) for corner in corners)
    return total / np.maximum(norm(total), 1e-9)


def capsule(
    points: np.ndarray, start: Sequence[float], end: Sequence[float], start_radius: float, end_radius: float
) -> np.ndarray:
    """Distance to a rod with round ends whose radius changes evenly from `start` to `end`."""
    x, y, z = (p - s for p, s in zip(points, start, strict=True))
    u, v, w = (np.float32(e - s) for e, s in zip(end, start, strict=True))
    along = np.clip((x * u + y * v + z * w) / (u * u + v * v + w * w), 0, 1)
    x, y, z = x - along * u, y - along * v, z - along * w
    return np.sqrt(x * x + y * y + z * z) - (start_radius + (end_radius - start_radius) * along)


def rod(start: Vector, end: Vector, start_radius: float, end_radius: float) -> Solid:
    """A `capsule` as a body."""
    thick = max(start_radius, end_radius)
    low, high = np.minimum(start, end) - thick, np.maximum(start, end) + thick
    return Solid(lambda points: capsule(points, start, end, start_radius, end_radius), low.tolist(), high.tolist())


def rounded_box(points: np.ndarray, centre: Sequence[float], half: Sequence[float], radius: float) -> np.ndarray:
    """Distance to a box of half sizes `half` whose edges are rounded by `radius`."""
    x, y, z = (np.abs(p - c) - (h - radius) for p, c, h in zip(points, centre, half, strict=True))
    inside = np.minimum(np.maximum(np.maximum(x, y), z), 0)
    x, y, z = np.maximum(x, 0), np.maximum(y, 0), np.maximum(z, 0)
    return np.sqrt(x * x + y * y + z * z) + inside - radius


def cylinder(
    points: np.ndarray, centre: Sequence[float], axis: int, radius: float, half: float, rounding: float = 0.01
) -> np.ndarray:
    """Distance to a cylinder along an axis, with its rims rounded."""
    offset = [p - c for p, c in zip(points, centre, strict=True)]
    lengthways = np.abs(offset.pop(axis)) - (half - rounding)
    across = np.sqrt(offset[0] ** 2 + offset[1] ** 2) - (radius - rounding)
    outside = np.sqrt(np.maximum(across, 0) ** 2 + np.maximum(lengthways, 0) ** 2)
    return outside + np.minimum(np.maximum(across, lengthways), 0) - rounding


def convex(points: np.ndarray, normals: np.ndarray, offsets: np.ndarray, rounding: float) -> np.ndarray:
    """Lower bound of the distance to the convex body `normals` @ p <= `offsets`, with its edges rounded."""
    sides = normals @ points - offsets[:, None]
    largest = sides.max(axis=0)
    return largest + rounding * np.log(np.exp((sides - largest) / rounding).sum(axis=0))


def smooth_union(first: np.ndarray, second: np.ndarray, blend: float) -> np.ndarray:
    """Smaller of two distances, with the crease filled over a width `blend`."""
    overlap = np.maximum(blend - np.abs(first - second), 0) / blend
    return np.minimum(first, second) - 0.25 * blend * overlap * overlap
