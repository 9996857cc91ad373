"""A still life with a colour chart, as a spectral camera and a colour camera see it."""

import numpy as np

from cscfuse_keras.errors import UsageError
from cscfuse_keras.samples.canvas import Canvas
from cscfuse_keras.samples.geometry import Camera
from cscfuse_keras.samples.size import check_size
from cscfuse_keras.samples.still_life import objects
from cscfuse_keras.samples.still_life.scene import LAYERS, Scene, paint_item, paint_plane
from cscfuse_keras.samples.still_life.spectra import CHART, MATERIALS, camera_response, daylight, wavelengths
from cscfuse_keras.samples.texture import Noise

OVERSAMPLING = 3
WALL = 13.0  # decimetres from the camera
LEAST_BANDS = 3


def spectral_scene(
    bands: int = 31, height: int = 256, width: int = 256, scale: int = 2, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw a still life with smooth spectra: colour chart, printed card, fruit, mug, yarn, pencils, leaves.

    Args:
        bands: Bands from 400 to 700 nm, at least 3.
        height: Rows, at least 64, divisible by `scale`.
        width: Columns, at least 64, divisible by `scale`.
        scale: How many times fewer rows and columns the low-resolution cube has.
        seed: Another seed arranges and colours the objects anew.

    Returns:
        The reference cube (height, width, bands); the low-resolution cube, its mean over blocks of pixels,
        (height / scale, width / scale, bands); and the guide (height, width, 3), RGB, a fixed linear function
        of the reference cube's spectra. All hold linear light, float32 in [0, 1].

    Raises:
        UsageError: A size is below 64 or not divisible by `scale`, `scale` is below 1, or `bands` below 3.
    """
    check_size(height, width)
    if bands < LEAST_BANDS:
        raise UsageError(f"bands must be at least {LEAST_BANDS} for a spectral scene, not {bands}: ask for more")
    if scale < 1 or height % scale or width % scale:
        raise UsageError(
            f"scale must be positive and divide height and width, not {scale} for {height} x {width}: "
            "choose a size that it divides"
        )
    cube = _cube(_scene(height, width, np.random.default_rng(seed)).canvas, bands)
    blocks = cube.reshape(height // scale, scale, width // scale, scale, bands)
    guide = cube @ camera_response(wavelengths(bands))
    return cube, blocks.mean(axis=(1, 3)), np.clip(guide, 0, 1).astype(np.float32)


def _cube(canvas: Canvas, bands: int) -> np.ndarray:
    """Spectra (height, width, bands) of what is painted on the canvas, by area averaging."""
    at = wavelengths(bands)
    reflectances = np.stack([material.reflectance(at) for material in MATERIALS]).astype(np.float32)
    total = np.float32(0)
    for row in range(OVERSAMPLING):
        for column in range(OVERSAMPLING):
            first, second, part, light, gloss = canvas.layers[:, row::OVERSAMPLING, column::OVERSAMPLING, None]
            first, second = first[..., 0].astype(int), second[..., 0].astype(int)
            colour = reflectances[first] * (1 - part) + reflectances[second] * part
            total = total + np.clip(colour * light + gloss, 0, 1)
    return (total / OVERSAMPLING**2 * daylight(at)).astype(np.float32)


def _scene(height: int, width: int, rng: np.random.Generator) -> Scene:
    rows, columns = OVERSAMPLING * height, OVERSAMPLING * width
    focal = 1.42 * float(np.sqrt(rows * columns))
    camera = Camera(rows, columns, focal, (0.5 * columns, 0.02 * rows), (0.0, 4.6, 0.0))
    noise = Noise(rng)
    round_things = [
        lambda x, z: objects.apple(noise, (x, 0.58, z), 0.72),
        lambda x, z: objects.citrus(noise, (x, 0.62, z), 0.62, 1.0, "orange"),
        lambda x, z: objects.citrus(noise, (x, 0.45, z), 0.45, 1.3, "lemon"),
        lambda x, z: objects.ball(noise, (x, 0.68, z), 0.68),
    ]
    places = rng.permutation([(-2.75, 10.3), (-1.15, 10.7), (0.35, 10.3), (-0.4, 9.1)])
    jitter = rng.uniform(-0.1, 0.1, places.shape)
    items = [objects.chart(-4.0, 0.02, 12.3), objects.card(rng, 1.3, 0.02, 12.1), objects.mug(2.3, 9.6)]
    items += [thing(x, z) for thing, (x, z) in zip(round_things, (places + jitter).tolist(), strict=True)]
    for index, paint in enumerate(rng.permutation(len(CHART) - 6)[:5].tolist()):
        z = 8.9 - 0.33 * index
        start = -2.5 + rng.uniform(-0.2, 0.2), 0.12, z
        items.append(objects.pencil(start, (start[0] + 2.1, 0.12, z - rng.uniform(0.1, 0.35)), paint))

    scene = Scene(Canvas(camera, LAYERS), [solid for solid, _ in items], noise)
    for item in items:
        paint_item(scene, item)
    objects.paint_sprig(scene, rng, (0.5, 0.1, 8.1), (1.9, 0.2, 7.6))
    paint_plane(scene, 1, 0.0, lambda points: objects.cloth(noise, points))
    paint_plane(scene, 2, WALL, lambda points: objects.plaster(noise, points))
    return scene
