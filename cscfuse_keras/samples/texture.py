"""Textures by filtered noise."""

import cv2
import numpy as np

SIZE = 512
CELL = 4


def ramp(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """Smooth step from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def stripe(centre: float, half: float, value: np.ndarray, edge: float) -> np.ndarray:
    """1 within `half` of `centre`, falling to 0 over the width `edge`."""
    return np.clip((half - np.abs(value - centre)) / edge + 0.5, 0, 1)


def fraction(value: np.ndarray) -> np.ndarray:
    """`value` modulo 1, as float32; far quicker than numpy's."""
    return (value - np.floor(value)).astype(np.float32)


class Noise:
    """Smooth random functions of the plane, with mean 0 and variance about 1."""

    def __init__(self, rng: np.random.Generator):
        """Draw the periodic tile that all lookups share."""
        white = np.pad(rng.standard_normal((SIZE, SIZE), np.float32), 4 * CELL, mode="wrap")
        tile = cv2.GaussianBlur(white, (0, 0), 0.45 * CELL)[4 * CELL : -4 * CELL, 4 * CELL : -4 * CELL]
        self.tile = tile / tile.std()

    def __call__(
        self,
        u: np.ndarray,
        v: np.ndarray,
        wavelength: float,
        octaves: int = 1,
        footprint: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Fractal noise at coordinates (h, w) or (n,).

        Each octave has half the wavelength and 0.55 of the amplitude of the one before. Octaves finer
        than twice the `footprint` of a pixel, in the unit of the coordinates, are left out.
        """
        total, amplitude, energy = np.zeros(np.shape(u), np.float32), 1.0, 0.0
        for octave in range(octaves):
            scale, shift = CELL / SIZE / wavelength, 0.37 * octave
            total += self._sample(fraction(u * scale + shift), fraction(v * scale + shift)) * (
                amplitude * np.clip(wavelength / (2 * footprint + 1e-9) - 1, 0, 1)
            )
            energy += amplitude**2
            wavelength, amplitude = wavelength / 2, 0.55 * amplitude
        return total / np.float32(np.sqrt(energy))

    def _sample(self, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
        if columns.ndim == 2:
            columns, rows = np.float32(SIZE) * columns, np.float32(SIZE) * rows
            return cv2.remap(self.tile, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        # OpenCV maps must have two short sides.
        folded = -(-columns.size // 256), 256
        return self._sample(np.resize(columns, folded), np.resize(rows, folded)).ravel()[: columns.size]
