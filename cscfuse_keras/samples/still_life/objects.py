"""Chart, card, cloth, fruit, mug, pencils and leaves."""

import cv2
import numpy as np

from cscfuse_keras.samples.foliage import directions, paint_leaves
from cscfuse_keras.samples.geometry import Solid, Vector, around, capsule, cylinder, norm, rounded_box, vector
from cscfuse_keras.samples.still_life.scene import AMBIENT, BRIGHT, Blend, Item, Scene
from cscfuse_keras.samples.still_life.spectra import NUMBER
from cscfuse_keras.samples.texture import Noise, fraction, ramp, stripe

PATCH, GAP = 0.72, 0.1
CARD = 2.7, 3.7  # width and height
PRINT = 200  # dots a decimetre


def cloth(noise: Noise, points: np.ndarray) -> Blend:
    """A table cloth of linen with woven indigo and madder stripes."""
    x, _, z = points
    weave = 0.06 * np.sin(2 * np.pi * x / 0.07) * np.sin(2 * np.pi * z / 0.07)
    folds = 0.05 * noise(x, z, 2.5, 3) + 0.03 * noise(x, z, 0.3, 2)
    broad = stripe(0.5, 0.16, fraction(x / 2.3 + 0.1), 0.02)
    thin = np.maximum(stripe(0.25, 0.025, fraction(x / 2.3 + 0.1), 0.02), stripe(0.5, 0.02, fraction(z / 1.6), 0.03))
    part = np.clip(0.85 * broad + 0.85 * thin, 0, 1)
    return Blend(NUMBER["linen"], np.where(broad > thin, NUMBER["indigo"], NUMBER["madder"]), part, 1 + weave + folds)


def plaster(noise: Noise, points: np.ndarray) -> Blend:
    """The wall."""
    relief = 1 + 0.025 * noise(points[0], points[1], 1.5, 4) + 0.02 * noise(points[0], points[1], 0.08, 2)
    return Blend(NUMBER["wall"], relief=relief)


def chart(x: float, y: float, z: float) -> Item:
    """A black board with 6 x 4 coloured patches, its lower left corner at (x, y, z)."""
    width, height = 6 * PATCH + 7 * GAP, 4 * PATCH + 5 * GAP
    centre, half = (x + width / 2, y + height / 2, z), (width / 2, height / 2, 0.04)

    def finish(points: np.ndarray) -> Blend:
        across = (points[0] - x - GAP / 2) / (PATCH + GAP)
        down = (y + height - points[1] - GAP / 2) / (PATCH + GAP)
        column, row = np.clip(np.floor(across), 0, 5), np.clip(np.floor(down), 0, 3)
        patch = np.maximum(np.abs(across - column - 0.5), np.abs(down - row - 0.5)) < 0.5 * PATCH / (PATCH + GAP)
        return Blend(np.where(patch, 6 * row + column, NUMBER["board"]), gloss=0.01)

    return Solid(lambda points: rounded_box(points, centre, half, 0.02), *around(centre, half)), finish


def _lettering(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Black and red ink (2, height, width) in [0, 1]: lines of more and more, smaller and smaller letters."""
    inks = np.zeros((2, height, width), np.uint8)
    font, y = cv2.FONT_HERSHEY_DUPLEX, 0.03 * height
    for line, count in enumerate((7, 10, 14, 20)):
        text = "".join(rng.choice(list("ACDEFHKLNPRSTVXZ"), count))
        (w, h), _ = cv2.getTextSize(text, font, 1.0, 1)
        size = 0.82 * width / w
        y += 1.35 * size * h
        at, thick = (int(0.09 * width), int(y)), max(1, round(1.6 * size))
        cv2.putText(inks[int(line == 1)], text, at, font, size, 255, thick, cv2.LINE_AA)
    return inks.astype(np.float32) / 255


def _test_patterns(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A Siemens star and rows of ever finer bars, at coordinates from the upper left corner."""
    x, y = u - 0.28 * CARD[0], v - 0.62 * CARD[1]
    star = (np.cos(16 * np.arctan2(y, x)) > 0) & (np.hypot(x, y) < 0.55)
    x = u - 0.74 * CARD[0]
    period = 0.24 * 0.62 ** np.floor((y + 0.55) / 0.22)
    bars = (fraction(x / period) < 0.5) & (np.abs(x) < 0.52) & (np.abs(y) < 0.54) & (fraction((y + 0.55) / 0.22) < 0.8)
    return star | bars


def card(rng: np.random.Generator, x: float, y: float, z: float) -> Item:
    """A printed card, its lower left corner at (x, y, z)."""
    width, height = CARD
    black, red = _lettering(rng, round(height * PRINT), round(width * PRINT))
    centre, half = (x + width / 2, y + height / 2, z), (width / 2, height / 2, 0.02)

    def finish(points: np.ndarray) -> Blend:
        u, v = points[0] - x, y + height - points[1]
        at = tuple(np.clip(c * PRINT, 0, n - 1).astype(int) for c, n in zip((v, u), black.shape, strict=True))
        ink = np.maximum(np.maximum(black[at], red[at]), _test_patterns(u, v))
        return Blend(NUMBER["paper"], np.where(red[at] > 0, NUMBER["madder"], NUMBER["ink"]), ink)

    return Solid(lambda points: rounded_box(points, centre, half, 0.01), *around(centre, half)), finish


def apple(noise: Noise, centre: Vector, radius: float) -> Item:
    """Red with a yellow cheek and speckles."""
    x, y, z = centre

    def distance(points: np.ndarray) -> np.ndarray:
        across = np.hypot(points[0] - x, points[2] - z)
        ring = np.hypot(across - 0.34 * radius, (points[1] - y) * 0.92) - 0.66 * radius
        stalk = capsule(points, (x, y + 0.4 * radius, z), (x + 0.06, y + 0.85 * radius, z), 0.03, 0.02)
        return np.minimum(ring, stalk)

    def finish(points: np.ndarray) -> Blend:
        u, v = np.arctan2(points[2] - z, points[0] - x), (points[1] - y) / radius
        cheek = ramp(0.2, 2.4, 0.7 * noise(3.0 * u, 0.3 * v, 0.35, 3) + 1.5 * np.cos(u + 1.0))
        specks = ramp(1.9, 2.3, noise(radius * 2 * u, v, 0.10))
        stalk = (np.hypot(points[0] - x, points[2] - z) < 0.12 * radius) & (points[1] > y + 0.4 * radius)
        first = np.where(stalk, NUMBER["wood"], NUMBER["apple"])
        part = np.clip(0.85 * cheek + 0.6 * specks, 0, 1) * ~stalk
        return Blend(first, NUMBER["apple cheek"], part, gloss=0.28, shine=60)

    return Solid(distance, *around(centre, (1.03 * radius, 0.95 * radius, 1.03 * radius))), finish


def citrus(noise: Noise, centre: Vector, radius: float, stretch: float, name: str) -> Item:
    """An orange, or a lemon if stretched."""
    scale = vector((1 / stretch, 1.0, 1.0), 1)

    def distance(points: np.ndarray) -> np.ndarray:
        away = points - vector(centre, 1)
        body = norm(away * scale) - radius
        if stretch > 1:
            body = np.minimum(body, norm(np.abs(away) - vector((stretch * radius, 0.0, 0.0), 1)) - 0.14 * radius)
        return body

    def finish(points: np.ndarray) -> Blend:
        pores = noise(points[0] + points[2], points[1] - points[2], 0.05)
        shade = 1 + 0.04 * noise(points[0] + points[2], points[1], 0.5, 3) + 0.05 * pores
        return Blend(NUMBER[name], relief=shade, gloss=0.12, shine=25)

    half = radius + 0.05
    return Solid(distance, *around(centre, (stretch * half + 0.05, half, half))), finish


def mug(x: float, z: float) -> Item:
    """White with cobalt bands and dots, open on top."""
    radius, height = 0.62, 1.35

    def distance(points: np.ndarray) -> np.ndarray:
        wall = cylinder(points, (x, height / 2, z), 1, radius, height / 2, 0.06)
        inside = cylinder(points, (x, height / 2 + 0.1, z), 1, radius - 0.07, height / 2, 0.06)
        handle = np.hypot(np.hypot(points[0] - x - radius, points[1] - 0.7) - 0.36, points[2] - z) - 0.075
        handle = np.maximum(handle, x + radius - 0.1 - points[0])
        return np.minimum(np.maximum(wall, -inside), handle)

    def finish(points: np.ndarray) -> Blend:
        turn, up = np.arctan2(points[2] - z, points[0] - x), points[1]
        outside = (np.hypot(points[0] - x, points[2] - z) > radius - 0.04) & (points[0] < x + radius + 0.02)
        bands = stripe(0.2, 0.05, up, 0.02) + stripe(1.12, 0.05, up, 0.02) + stripe(1.0, 0.015, up, 0.015)
        column = fraction(turn / (2 * np.pi) * 14) - 0.5
        row = (up - 0.6) / (2 * np.pi * radius / 14)
        dots = ramp(0.36, 0.30, np.hypot(column, row - np.clip(np.round(row), -1, 1)))
        part = np.clip(bands + dots, 0, 1) * outside
        return Blend(NUMBER["white glaze"], NUMBER["cobalt glaze"], part, gloss=0.3, shine=200)

    low, high = (x - radius, 0.0, z - radius), (x + radius + 0.5, height, z + radius)
    return Solid(distance, low, high), finish


def ball(noise: Noise, centre: Vector, radius: float) -> Item:
    """Wound from viridian and violet yarn."""

    def thread(points: np.ndarray) -> np.ndarray:
        a, b, c = points - vector(centre, 1)
        bundle = np.floor(2.0 * noise(a + 0.6 * c, b - 0.4 * c, 1.4) + 0.5)
        return (a * np.cos(1.9 * bundle) + b * np.sin(1.9 * bundle) + 0.4 * c) / 0.085

    def distance(points: np.ndarray) -> np.ndarray:
        return norm(points - vector(centre, 1)) - radius

    def finish(points: np.ndarray) -> Blend:
        at = thread(points)
        relief = 0.70 + 0.30 * np.sin(2 * np.pi * at) + 0.06 * noise(points[0], points[1], 0.04)
        violet = noise(points[0], points[1] + points[2], 1.1) > 0.35
        return Blend(NUMBER["viridian"], NUMBER["violet"], np.float32(violet), relief)

    return Solid(distance, *around(centre, (radius, radius, radius))), finish


def pencil(start: Vector, end: Vector, paint: int) -> Item:
    """A sharpened pencil from its blunt end `start` to its tip `end`; `paint` is a patch of the chart."""
    first, last = np.array(start), np.array(end)
    neck = first + 0.86 * (last - first)
    shaft, tip = tuple(neck.tolist()), tuple((first + 0.995 * (last - first)).tolist())

    def distance(points: np.ndarray) -> np.ndarray:
        return np.minimum(capsule(points, start, shaft, 0.105, 0.105), capsule(points, shaft, tip, 0.10, 0.012))

    def finish(points: np.ndarray) -> Blend:
        way = last - first
        along = (way.astype(np.float32) @ (points - vector(start, 1))) / float(way @ way)
        kind = np.select([along > 0.955, along > 0.875, along < 0.02], [paint, NUMBER["wood"], NUMBER["wood"]], paint)
        return Blend(kind, gloss=0.12, shine=80)

    low, high = np.minimum(start, end) - 0.12, np.maximum(start, end) + 0.12
    return Solid(distance, low.tolist(), high.tolist()), finish


def paint_sprig(scene: Scene, rng: np.random.Generator, start: Vector, end: Vector, leaves: int = 46) -> None:
    """Leaves on a twig that lies on the table."""
    way = np.linspace(start, end, leaves) + rng.normal(0, 1, (leaves, 3)) * (0.16, 0.05, 0.2)
    centres = way[np.argsort(-way[:, 2])].T.astype(np.float32)
    facing = np.abs(directions(rng, leaves)[1])
    values = np.stack(
        [
            np.full(leaves, NUMBER["leaf"]),
            np.full(leaves, NUMBER["pale leaf"]),
            rng.random(leaves),
            AMBIENT + BRIGHT * (0.25 + 0.75 * facing),
            0.04 * facing**8,
        ]
    )
    paint_leaves(scene.canvas, centres, rng.uniform(0.12, 0.24, leaves), values, rng)
