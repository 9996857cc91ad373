"""A room with a window to a sunny landscape, taken at several exposures."""

import numpy as np

from cscfuse_keras.errors import UsageError
from cscfuse_keras.samples.canvas import Canvas
from cscfuse_keras.samples.geometry import Camera, Vector
from cscfuse_keras.samples.room import furniture
from cscfuse_keras.samples.room.bookcase import bookcase
from cscfuse_keras.samples.room.outdoors import paint_trees
from cscfuse_keras.samples.room.scene import WINDOW, Scene, paint_body, window_lights
from cscfuse_keras.samples.room.shell import paint_shell
from cscfuse_keras.samples.sensor import add_photon_noise, bloom, contrast, srgb, vignette
from cscfuse_keras.samples.size import check_size
from cscfuse_keras.samples.texture import Noise

OVERSAMPLING = 2
STEP = 4.0  # 2 EV
MOST_EXPOSURES = 16
WALLS: list[Vector] = [(0.62, 0.55, 0.42), (0.50, 0.56, 0.52), (0.58, 0.50, 0.48)]
UPHOLSTERY: list[Vector] = [(0.06, 0.16, 0.18), (0.33, 0.18, 0.05), (0.22, 0.06, 0.07)]


def exposure_bracket(count: int = 3, height: int = 480, width: int = 640, seed: int = 0) -> np.ndarray:
    """Draw a room with a window to a sunny landscape, taken at exposures 2 EV apart.

    The first exposure keeps the landscape and leaves the room dark; the third shows the room and loses the
    landscape. Each is clipped, noisy and encoded as a camera does it.

    Args:
        count: Exposures, 1 to 16; beyond some five, all is white.
        height: Rows, at least 64.
        width: Columns, at least 64.
        seed: Another seed gives other furniture, books, clouds and hills, and other noise.

    Returns:
        The exposures (count, height, width, 3) from dark to bright, float32 in [0, 1]: RGB with sRGB encoding
        and some more contrast.

    Raises:
        UsageError: The size is below 64 x 64 or `count` not in 1 to 16.
    """
    check_size(height, width)
    if not 1 <= count <= MOST_EXPOSURES:
        raise UsageError(f"count: expected 1 to {MOST_EXPOSURES} exposures, found {count}; the size comes after it")
    rng = np.random.default_rng(seed)
    radiance = draw(height, width, rng)
    return np.stack([_expose(radiance, STEP**stop, rng) for stop in range(count)])


def _expose(radiance: np.ndarray, time: float, rng: np.random.Generator) -> np.ndarray:
    recorded = add_photon_noise(radiance * np.float32(time), rng, gain=0.00015, read=0.0012)
    return contrast(srgb(recorded)).astype(np.float32)


def draw(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Linear radiance (height, width, 3) of the scene; 1 is what the first exposure can just record."""
    rows, columns = OVERSAMPLING * height, OVERSAMPLING * width
    focal = 0.84 * float(np.sqrt(rows * columns))
    camera = Camera(rows, columns, focal, (0.5 * columns, 0.48 * rows), (0.05, 1.42, 0.0))
    noise = Noise(rng)
    wall, cloth = WALLS[rng.integers(3)], UPHOLSTERY[rng.integers(3)]
    solids = [furniture.armchair(noise, cloth), furniture.table(), furniture.pot(), bookcase(rng)]
    small = [
        furniture.vase(noise),
        furniture.bowl_of_fruit(noise),
        furniture.lantern(),
        furniture.picture(noise, 4.15, 1.6, (0.42, 0.31), rng.uniform(-0.5, 0.5)),
        furniture.curtain(noise, WINDOW[0] - 0.5, WINDOW[0] + 0.08),
        furniture.curtain(noise, WINDOW[1] - 0.08, WINDOW[1] + 0.5),
    ]
    casters = [body.solid for body in solids + small[:2]]
    scene = Scene(Canvas(camera, 3), casters, window_lights(), noise, rng)
    paint_shell(scene, wall)
    for body in solids + small:
        paint_body(scene, body)
    furniture.paint_plant(scene)
    paint_trees(scene)
    picture = scene.canvas.developed(height, width)
    unit = float(np.sqrt(height * width)) / 554
    return bloom(picture, unit, 0.02) * vignette(height, width, 0.3)
