"""A road at night, seen by an infrared and a colour camera."""

import numpy as np

from cscfuse_keras.samples.canvas import Canvas
from cscfuse_keras.samples.geometry import Camera, Vector
from cscfuse_keras.samples.lighting import Light
from cscfuse_keras.samples.road.cars import Car, paint_car
from cscfuse_keras.samples.road.furniture import (
    lettering,
    paint_lamp_post,
    paint_plate,
    paint_rod,
    speed_limit,
)
from cscfuse_keras.samples.road.ground import Shade, paint_ground
from cscfuse_keras.samples.road.houses import STOREY, House, paint_house
from cscfuse_keras.samples.road.living import Walker, paint_dog, paint_person
from cscfuse_keras.samples.road.scene import AMBIENT, KERB, STEP, WALLS, Scene
from cscfuse_keras.samples.road.sky import paint_sky
from cscfuse_keras.samples.road.trees import paint_tree
from cscfuse_keras.samples.sensor import add_photon_noise, bloom, infrared_sensor, srgb, vignette
from cscfuse_keras.samples.size import check_size
from cscfuse_keras.samples.texture import Noise

OVERSAMPLING = 2
VISIBILITY = 260.0  # metres to where mist leaves 1 / e of the light
MIST = np.array([0.028, 0.022, 0.02, 0.3], np.float32)  # R, G, B and infrared
ZEBRA = 18.0
LAMPS: list[Vector] = [(62.0, 48.0, 31.0), (58.0, 53.0, 46.0)]
BRICKS: list[Vector] = [(0.30, 0.13, 0.09), (0.22, 0.12, 0.09), (0.33, 0.20, 0.12)]
RENDERS: list[Vector] = [(0.36, 0.30, 0.22), (0.40, 0.37, 0.33)]
LACQUERS: list[Vector] = [
    (0.30, 0.31, 0.33),
    (0.03, 0.03, 0.035),
    (0.28, 0.03, 0.03),
    (0.03, 0.06, 0.16),
    (0.5, 0.5, 0.48),
]
DARK_CLOTHES: list[Vector] = [(0.03, 0.03, 0.035), (0.025, 0.03, 0.05), (0.045, 0.035, 0.03)]


def night_road(height: int = 480, width: int = 640, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw a night road as two registered cameras see it.

    People and a dog are warm, and so bright in the infrared; in the visible picture they stand in the dark or
    beside the glare of headlamps. Signs, road markings and colours show in the visible picture only.

    Args:
        height: Rows, at least 64.
        width: Columns, at least 64.
        seed: Another seed gives another street: houses, cars, people and noise.

    Returns:
        The infrared picture (height, width), and the visible one (height, width, 3), RGB with sRGB encoding.
        Both are float32 in [0, 1].

    Raises:
        UsageError: The size is below 64 x 64.
    """
    infrared, visible, _ = draw(height, width, seed)
    return infrared, visible


def draw(height: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`night_road`, and the part (height, width) in [0, 1] of each pixel that people and the dog cover."""
    check_size(height, width)
    rng = np.random.default_rng(seed)
    canvas = _scene(height, width, rng).canvas
    clear = np.where(np.isfinite(canvas.depth), np.exp(-canvas.depth / VISIBILITY), np.float32(1))
    canvas.layers[:4] = canvas.layers[:4] * clear + np.reshape(MIST, (4, 1, 1)) * (1 - clear)
    layers = canvas.developed(height, width)
    visible, infrared, living = layers[..., :3], layers[..., 3], layers[..., 4]
    unit = np.sqrt(height * width) / 554
    visible = bloom(visible, unit, 0.12) * vignette(height, width, 0.35)
    exposed = add_photon_noise(1 - np.exp(-1.9 * visible), rng, gain=0.0006, read=0.0028)
    return infrared_sensor(infrared, rng, unit), srgb(exposed).astype(np.float32), living


def _scene(height: int, width: int, rng: np.random.Generator) -> Scene:
    """The street, painted."""
    rows, columns = OVERSAMPLING * height, OVERSAMPLING * width
    focal = 0.98 * float(np.sqrt(rows * columns))
    camera = Camera(rows, columns, focal, (0.5 * columns, 0.43 * rows), (1.7, 1.75, 0.0))
    start, colour = rng.uniform(14, 15), LAMPS[rng.integers(2)]
    lamps = [
        Light((4.2 * side, 7.2, z), colour, focus=0.7)
        for side, first in ((-1, start), (1, start + 18))
        for z in np.arange(first, 130, 36).tolist()
    ]
    cars = _cars(rng)
    x, _, z = cars[0].place
    headlamps = [
        Light((x + side, 0.66, z - 2.2), (130.0, 125.0, 112.0), (0.0, -0.06, -0.998), focus=26.0)
        for side in (-0.6, 0.6)
    ]
    people = _people(rng)
    trees = [
        ((x, STEP, z + rng.uniform(-1, 1)), rng.uniform(6, 8))
        for x, z in ((6.3, 19.5), (-6.3, 28.0), (6.3, 27.0), (-6.3, 42.0), (6.3, 46.0))
    ]
    shades = [Shade((x, 0.66 * tall, z), (0.7, 0.7), 1.0) for (x, _, z), tall in trees]
    for x, _, z in (car.place for car in cars):
        shades += [Shade((x, 0.7, z), (0.85, 2.05), 0.12), Shade((x, 1.3, z), (0.6, 0.9), 0.12)]
    for x, _, z in (person.foot for person in people):
        shades += [Shade((x, up, z), (0.16, 0.16), 0.1) for up in (0.4, 0.9, 1.4)]

    scene = Scene(Canvas(camera, 5), lamps + headlamps, Noise(rng), rng)
    paint_sky(scene)
    paint_ground(scene, shades, [car.place for car in cars], ZEBRA)
    for house in sorted(_houses(rng), key=lambda house: house.low[2]):
        paint_house(scene, house)
    for lamp in lamps:
        paint_lamp_post(scene, lamp)
    for foot, tall in trees:
        paint_tree(scene, foot, tall, leaves=int(40000 / foot[2]))
    for car in cars:
        paint_car(scene, car)
    for person in people:
        paint_person(scene, person, rng.uniform(0.4, 0.6), DARK_CLOTHES[rng.integers(3)])
    x, _, z = people[0].foot
    paint_dog(scene, Walker((x - 0.85, STEP, z - 0.5), people[0].heading - 0.5))
    _paint_signs(scene)
    return scene


def _houses(rng: np.random.Generator) -> list[House]:
    """Two rows of houses with a few gaps, and one that closes the street."""
    houses = [House((-30.0, 0.0, 150.0), (30.0, 13.0, 160.0), RENDERS[0], False, 3, False)]
    for side in (-1, 1):
        z = -4.0
        while z < 120:
            length, wall = rng.uniform(8, 14), WALLS + rng.choice([0.0, 0.0, 0.4])
            top = STEP + STOREY * rng.choice([2, 3, 3, 4]) + rng.uniform(1.0, 1.6)
            near, far = sorted((side * wall, side * (wall + 9)))
            brick = rng.random() < 0.6
            colour = (BRICKS if brick else RENDERS)[rng.integers(2)]
            bays = round(length / rng.uniform(2.4, 3.3))
            houses.append(House((near, 0.0, z), (far, top, z + length), colour, brick, bays, shop=rng.random() < 0.3))
            z += length + rng.choice([0.0, 0.0, 3.0])
    return houses


def _cars(rng: np.random.Generator) -> list[Car]:
    """One that comes towards the camera (first), one that drives ahead, and parked ones, a few still warm."""
    cars = [
        Car((-1.75, 0.0, rng.uniform(22, 26)), True, (0.25, 0.26, 0.28), warm=1.0, driving=True),
        Car((1.7, 0.0, rng.uniform(46, 56)), False, LACQUERS[rng.integers(5)], warm=0.6, driving=True),
        Car((-4.35, 0.0, rng.uniform(12.9, 13.4)), True, LACQUERS[rng.integers(5)], warm=0.8),
    ]
    for x, start in ((-4.35, 27.0), (4.4, 22.5)):
        z = start
        while z < 60:
            if rng.random() < 0.8:
                cars.append(Car((x, 0.0, z), x < 0, LACQUERS[rng.integers(5)], rng.choice([0.0, 0.0, 0.75])))
            z += rng.uniform(5.6, 8.5)
    return cars


def _people(rng: np.random.Generator) -> list[Walker]:
    """One walks a dog on the right, one crosses beside the headlamps, one is on the left, off the lamps."""
    places = [
        ((rng.uniform(6.3, 7.2), STEP, rng.uniform(11.5, 13)), -1.4),
        ((rng.uniform(-0.2, 0.8), 0.0, rng.uniform(17.2, 18.2)), 0.1),
        ((rng.uniform(-7.4, -6.6), STEP, rng.uniform(21, 24)), 2.6),
    ]
    return [Walker(foot, heading + rng.uniform(-0.2, 0.2), rng.uniform(0.95, 1.03)) for foot, heading in places]


def _paint_signs(scene: Scene) -> None:
    """A speed limit and a light box, as warm as the air: the infrared shows no writing."""
    rng, x, z = scene.rng, KERB + 0.35, 13.5
    paint_rod(scene, (x, STEP, z), (x, 2.9, z), (0.035, 0.035), AMBIENT + 0.02)
    limit = speed_limit(str(rng.choice([30, 40, 50])))
    paint_plate(scene, (x, 2.6, z - 0.05), (0.33, 0.33), limit, glow=0.0, heat=AMBIENT)
    name = lettering(str(rng.choice(["CAFE", "BOOKS", "HOTEL"])), (96, 256), (1.0, 0.85, 0.6), (0.10, 0.02, 0.05))
    paint_plate(scene, (-8.3, 4.1, 22.0), (0.62, 0.24), name, glow=1.0, heat=AMBIENT + 0.02)
