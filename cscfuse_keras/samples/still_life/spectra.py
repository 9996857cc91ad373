"""Reflectances of the materials, the light they stand in, and the camera that sees them.

Reflectances are sums of smooth steps and bells over the wavelength, as those of most dyes and pigments are.
"""

from dataclasses import dataclass

import numpy as np

LOWEST, HIGHEST = 400.0, 700.0  # nanometres
Feature = tuple[float, float, float]  # height, wavelength and width, nanometres


@dataclass(frozen=True)
class Material:
    """Reflectance `base`, plus `steps` up (or down) at wavelengths, plus `bells` around wavelengths."""

    base: float
    steps: tuple[Feature, ...] = ()
    bells: tuple[Feature, ...] = ()

    def reflectance(self, wavelengths: np.ndarray) -> np.ndarray:
        """Reflectance in [0, 1] at wavelengths in nanometres."""
        total = np.full(wavelengths.shape, self.base)
        for height, at, width in self.steps:
            total += height / (1 + np.exp((at - wavelengths) / width))
        for height, at, width in self.bells:
            total += height * np.exp(-0.5 * ((wavelengths - at) / width) ** 2)
        return np.clip(total, 0, 1)


CHART = [
    Material(0.05, ((0.13, 595, 28),)),
    Material(0.18, ((0.38, 575, 22),), ((0.06, 500, 30),)),
    Material(0.13, (), ((0.20, 455, 48),)),
    Material(0.04, ((0.05, 690, 10),), ((0.13, 548, 26),)),
    Material(0.20, ((0.16, 670, 18),), ((0.26, 440, 38),)),
    Material(0.14, (), ((0.44, 505, 42),)),
    Material(0.05, ((0.56, 583, 14),)),
    Material(0.07, ((0.08, 680, 20),), ((0.31, 452, 32),)),
    Material(0.09, ((0.47, 602, 13),)),
    Material(0.05, ((0.17, 660, 22),), ((0.14, 425, 30),)),
    Material(0.07, ((0.42, 518, 12), (-0.14, 590, 20)), ()),
    Material(0.06, ((0.60, 552, 14),)),
    Material(0.04, ((0.04, 680, 15),), ((0.29, 448, 26),)),
    Material(0.05, (), ((0.29, 528, 28),)),
    Material(0.04, ((0.64, 606, 11),)),
    Material(0.05, ((0.71, 508, 13),)),
    Material(0.08, ((0.62, 605, 14),), ((0.28, 430, 32),)),
    Material(0.06, (), ((0.38, 485, 36),)),
    Material(0.90),
    Material(0.59),
    Material(0.36),
    Material(0.195),
    Material(0.09),
    Material(0.032),
]
OTHERS = {
    "paper": Material(0.10, ((0.78, 412, 7),)),
    "ink": Material(0.03),
    "board": Material(0.045),
    "wall": Material(0.22, ((0.12, 560, 60),)),
    "linen": Material(0.30, ((0.38, 480, 45),)),
    "indigo": Material(0.05, ((0.10, 685, 14),), ((0.22, 445, 34),)),
    "madder": Material(0.05, ((0.42, 598, 16),)),
    "wood": Material(0.10, ((0.42, 570, 50),)),
    "graphite": Material(0.07),
    "leaf": Material(0.035, ((0.45, 694, 7),), ((0.14, 551, 22),)),
    "pale leaf": Material(0.09, ((0.42, 692, 8),), ((0.24, 556, 30),)),
    "apple": Material(0.04, ((0.48, 612, 14),)),
    "apple cheek": Material(0.07, ((0.44, 540, 20), (-0.10, 672, 9)), ()),
    "orange": Material(0.05, ((0.66, 560, 13),)),
    "lemon": Material(0.06, ((0.74, 505, 11),)),
    "cobalt glaze": Material(0.03, ((0.38, 690, 9),), ((0.42, 455, 28), (0.05, 560, 10))),
    "white glaze": Material(0.62, ((0.20, 430, 20),)),
    "viridian": Material(0.05, (), ((0.36, 510, 30),)),
    "violet": Material(0.06, ((0.40, 640, 22),), ((0.33, 418, 26),)),
}
MATERIALS = [*CHART, *OTHERS.values()]
NUMBER = {name: index for index, name in enumerate(OTHERS, start=len(CHART))}


def wavelengths(bands: int) -> np.ndarray:
    """Centres of the bands in nanometres, spread evenly from 400 to 700."""
    return np.linspace(LOWEST, HIGHEST, bands)


def daylight(wavelengths: np.ndarray) -> np.ndarray:
    """Relative power of daylight, at most 1: Planck's law for 5800 K with two absorption bands."""
    metres = wavelengths * 1e-9
    power = metres**-5 / np.expm1(0.014388 / (metres * 5800))
    dips = 0.12 * np.exp(-0.5 * ((wavelengths - 430) / 9) ** 2) + 0.08 * np.exp(-0.5 * ((wavelengths - 590) / 8) ** 2)
    power = power / power.max() * (1 - dips) * (1 - 0.25 / (1 + np.exp((wavelengths - 412) / 8)))
    return power / power.max()


def camera_response(wavelengths: np.ndarray) -> np.ndarray:
    """Weights (bands, 3) of a camera's R, G and B; white in `daylight` gives 1 in each."""
    centres, widths = np.array([602.0, 541.0, 456.0]), np.array([32.0, 36.0, 26.0])
    weights = np.exp(-0.5 * ((wavelengths[:, None] - centres) / widths) ** 2)
    return weights / (daylight(wavelengths) @ weights)
