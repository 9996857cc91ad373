"""Terraced houses with lit and unlit windows."""

from dataclasses import dataclass

import numpy as np

from cscfuse_keras.samples.geometry import Vector, enter_box, vector
from cscfuse_keras.samples.lighting import Light, coarsely, illuminate
from cscfuse_keras.samples.road.scene import AMBIENT, SKYGLOW, STEP, WALLS, Scene
from cscfuse_keras.samples.texture import fraction, ramp, stripe

STOREY = 3.1
BRICK = 0.225, 0.075
CELLS = 32  # windows told apart along and up a house
LAMPLIGHT = np.array([[1.0, 0.72, 0.38], [1.0, 0.80, 0.52], [1.0, 0.62, 0.30], [0.9, 0.92, 1.0]], np.float32)


@dataclass(frozen=True)
class House:
    """A house from corner `low` to corner `high`: bricks or render, `bays` windows a storey, maybe a shop."""

    low: Vector
    high: Vector
    colour: Vector
    brick: bool
    bays: int
    shop: bool


@dataclass(frozen=True)
class _Facade:
    """Where n points lie on the wall and in its bays, metres.

    Attributes:
        u: along the wall.
        v: above the pavement.
        pixel: width that a pixel covers.
        bay, floor: number of the window.
        aside: distance from the middle of the bay.
        up: above the floor.
        half, bottom, top: the extent of the window in its bay.
        rim: distance inwards from the edge of the window, negative on the wall.
        street: whether the wall faces the street.
        shop: whether the window is a shop's.
    """

    u: np.ndarray
    v: np.ndarray
    pixel: np.ndarray
    bay: np.ndarray
    floor: np.ndarray
    aside: np.ndarray
    up: np.ndarray
    half: np.ndarray
    bottom: np.ndarray
    top: np.ndarray
    rim: np.ndarray
    street: np.ndarray
    shop: np.ndarray

    def cover(self, inwards: np.ndarray) -> np.ndarray:
        """1 inside of an edge and 0 outside, given the distance inwards, softened over a pixel."""
        return np.clip(inwards / self.pixel + 0.5, 0, 1)


def _facade(house: House, points: np.ndarray, street: np.ndarray, pixel: np.ndarray) -> _Facade:
    x, y, z = points
    u = np.where(street, z - house.low[2], x - house.low[0])
    v = y - STEP
    length, margin = house.high[2] - house.low[2], 0.3
    width = (length - 2 * margin) / house.bays
    bay = np.floor((u - margin) / width)
    floor = np.floor(v / STOREY)
    aside = np.abs(u - margin - (bay + 0.5) * width)
    up = v - STOREY * floor
    shop = (floor == 0) & house.shop
    half = np.where(shop, width / 2 - 0.28, min(0.62, 0.3 * width)).astype(np.float32)
    bottom = np.where(shop, 0.55, 0.95).astype(np.float32)
    top = np.where(shop, 2.75, 2.6).astype(np.float32)
    rim = np.minimum(half - aside, np.minimum(up - bottom, top - up))
    storeys = np.floor((house.high[1] - STEP - 0.9) / STOREY)
    rim[~street | (floor >= storeys) | (bay < 0) | (bay >= house.bays)] = -1
    cells = np.clip(bay, 0, CELLS - 1).astype(int), np.clip(floor, 0, CELLS - 1).astype(int)
    return _Facade(u, v, pixel, *cells, aside, up, half, bottom, top, rim, street, shop)


def _masonry(scene: Scene, house: House, at: _Facade) -> np.ndarray:
    """Relative brightness of bricks and mortar or of render, and of the weather's marks."""
    marks = 0.13 * scene.noise(at.u * 1.5, at.v * 0.35, 1.1, 4, at.pixel) - 0.25 * np.exp(-at.v / 0.5)
    below = np.maximum(at.bottom - at.up, 0) * (at.aside < at.half) * (at.floor > 0)
    soot = 1 - 0.3 * np.exp(-below / 0.5) * (below > 0)
    if not house.brick:
        return np.exp(marks + 0.06 * scene.noise(at.u, at.v, 0.06, 2, at.pixel)) * soot
    seen = np.clip(0.05 / at.pixel - 1, 0, 1)
    course, along = at.v / BRICK[1], at.u / BRICK[0]
    row = np.floor(course)
    along = along + 0.5 * np.mod(row, 2)
    tones = scene.rng.standard_normal((128, 128), np.float32)
    tone = tones[row.astype(int) % 128, np.floor(along).astype(int) % 128]
    face = stripe(0.5, 0.44, fraction(course), 0.1) * stripe(0.5, 0.47, fraction(along), 0.05)
    return np.exp(marks + 0.2 * tone * seen) * (1 + 0.75 * (1 - face) * seen) * soot


def _rooms(scene: Scene, house: House, at: _Facade) -> tuple[np.ndarray, np.ndarray]:
    """Light (3, n) from the rooms behind the windows, and whether the room is lit (n,)."""
    rng = scene.rng
    lit = rng.random((CELLS, CELLS)) < 0.27
    lit[0] |= house.shop & (rng.random(CELLS) < 0.9)
    colour = LAMPLIGHT[rng.choice(4, (CELLS, CELLS), p=[0.4, 0.3, 0.18, 0.12])]
    colour = colour * rng.uniform(0.35, 1.2, (CELLS, CELLS, 1)).astype(np.float32)
    drawn = rng.uniform(0.05, 0.6, (CELLS, CELLS)).astype(np.float32)
    curtain = ramp(-0.04, 0.04, at.aside / at.half - 1 + drawn[at.floor, at.bay])
    folds = 0.5 + 0.5 * np.sin(at.aside * 42 + 3 * np.sin(7 * at.aside + at.bay))
    ceiling = 0.55 + 0.45 * ramp(0.0, 1.0, (at.up - at.bottom) / (at.top - at.bottom))
    goods = 1 + np.where(at.shop, np.float32(0.35), np.float32(0.15)) * scene.noise(at.u, at.v * 1.4, 0.6, 3, at.pixel)
    bright = np.maximum(ceiling * goods, 0.05) * (1 - curtain * (0.4 + 0.25 * folds))
    is_lit = lit[at.floor, at.bay]
    return np.moveaxis(colour[at.floor, at.bay], -1, 0) * (bright * is_lit), is_lit


def _wall_light(house: House, lamps: list[Light], eye: Vector, points: np.ndarray) -> np.ndarray:
    """Light (2, 3, h, w) that the walls to the street and to the camera receive."""
    street, front = np.zeros_like(points), np.zeros_like(points)
    street[0] = -np.sign(house.low[0] + house.high[0])
    front[2] = -1
    return np.stack([illuminate(lamps, points, normals, eye, 1.0)[0] for normals in (street, front)])


def paint_house(scene: Scene, house: House) -> None:
    """A block with windows in stone surrounds, cornice, base and downpipe; warm where it is heated."""
    camera = scene.camera
    window = camera.window(house.low, house.high)
    if window.empty:
        return
    rays = camera.rays(window)
    enter, leave, axis = enter_box(camera, rays, house.low, house.high)
    hit = (enter < leave) & (enter < scene.canvas.depth[window.slices])
    if not hit.any():
        return
    depth = np.where(hit, enter, np.float32(np.inf))
    points = camera.along(rays, np.where(hit, enter, np.float32(house.low[2] + 1)))

    z = float(np.clip(camera.position[2] + 8, house.low[2], house.high[2]))
    nearest = float(np.sign(house.low[0])) * WALLS, 3.0, z
    lamps = [lamp for lamp in scene.lights if lamp.within(nearest, 2e-3)]
    street_light, front_light = coarsely(lambda p: _wall_light(house, lamps, camera.position, p), points, 6)
    street = axis[hit] == 0
    light = np.where(street, street_light[:, hit], front_light[:, hit]) / np.pi + 0.55 * vector(SKYGLOW, 1)

    at = _facade(house, points[:, hit], street, scene.footprint(depth[hit]))
    wall = _masonry(scene, house, at)
    glow, is_lit = _rooms(scene, house, at)
    opening = at.cover(at.rim)
    bars = np.minimum(at.aside, np.abs(at.up - 0.35 * at.bottom - 0.65 * at.top)) - 0.022
    pane = at.cover(np.minimum(at.rim - 0.06, bars))
    height = house.high[1] - STEP
    sill = np.minimum(at.half + 0.09 - at.aside, 0.1 - np.abs(at.up - at.bottom + 0.09))
    lintel = np.minimum(at.half + 0.1 - at.aside, 0.1 - np.abs(at.up - at.top - 0.1))
    surround = at.cover(np.maximum(sill, lintel)) * (street & ~at.shop & (at.v < height - 1.5))
    stone = np.maximum(surround, at.cover(at.v - height + 0.42) * (0.75 + 0.25 * np.cos(at.v * 30)))
    base = at.cover(0.55 - at.v)
    pipe = at.cover(0.055 - np.abs(at.u - 0.16)) * street

    frame = np.where(at.shop, 0.1, 0.42)
    albedo = vector(house.colour, 1) * (wall * (1 - stone)) + vector((0.34, 0.31, 0.27), 1) * stone
    albedo = (albedo * (1 - base) + 0.16 * base) * (1 - 0.75 * pipe)
    albedo = albedo * (1 - opening) + opening * ((1 - pane) * frame + 0.02 * pane)
    visible = np.zeros((3, *hit.shape), np.float32)
    visible[:, hit] = albedo * light + opening * (0.03 + 0.97 * pane) * glow

    heat = AMBIENT - 0.05 + 0.12 * np.exp(-at.v / 1.2) - 0.03 * ramp(2, 14, at.v) - 0.04 * ~street
    heat += 0.03 * scene.noise(at.u, at.v, 2.5, 4, at.pixel) + 0.04 * (wall - 1) + 0.06 * stone + 0.06 * base
    leak = 0.10 * np.exp(np.minimum(at.rim, 0) / 0.14) * is_lit * (at.rim > -0.9)
    glass = np.where(is_lit, AMBIENT + 0.10 + 0.16 * glow.mean(axis=0), AMBIENT - 0.15)
    heat = (heat + leak + 0.06 * pipe) * (1 - opening) + opening * (pane * glass + (1 - pane) * (AMBIENT + 0.1))
    infrared = np.zeros(hit.shape, np.float32)
    infrared[hit] = heat
    scene.paint(window, depth, visible, infrared)
