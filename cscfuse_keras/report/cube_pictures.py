"""Pictures of images of many bands, and of their errors."""

import math

import cv2
import numpy as np

_RGB_BANDS = {1: (0, 0, 0), 2: (1, 0, 0), 3: (0, 1, 2), 4: (2, 1, 0), 8: (4, 2, 1)}


def rgb_bands(count: int) -> tuple[int, int, int]:
    """Which bands, counted from 0, to show as red, green and blue.

    Three bands are taken for RGB, four for blue, green, red and infrared, eight for those of WorldView-2; of any other
    number, the bands at 80, 50 and 20 % of the range: 640, 550 and 460 nm of 31 bands from 400 to 700 nm.
    """
    return _RGB_BANDS.get(count) or (round(0.8 * (count - 1)), round(0.5 * (count - 1)), round(0.2 * (count - 1)))


def display_range(cube: np.ndarray) -> tuple[float, float]:
    """Values to show as black and as white: those that half a percent of the shown bands' pixels lie beyond."""
    low, high = np.percentile(cube[..., rgb_bands(cube.shape[2])], (0.5, 99.5))
    return float(low), float(max(high, low + 1e-6))


def rendering(cube: np.ndarray, shown: tuple[float, float]) -> np.ndarray:
    """Three bands of an image (height, width, bands) as uint8 RGB, `shown` being black and white."""
    black, white = shown
    bands = cube[..., rgb_bands(cube.shape[2])]
    return np.rint(255 * np.clip((bands - black) / (white - black), 0, 1)).astype(np.uint8)


def absolute_error(fused: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean over the bands of the absolute difference, (height, width)."""
    return np.abs(fused - truth).mean(axis=2)


def error_scale(*errors: np.ndarray) -> float:
    """A round number (1, 2 or 5 at the first digit) that at most 1 % of the pixels of each map exceed."""
    largest = max(1e-4, *(float(np.percentile(error, 99)) for error in errors))
    power = 10.0 ** math.floor(math.log10(largest))
    return next((float(f"{step * power:.0e}") for step in (1, 2, 5) if step * power >= largest), 10 * power)


def error_map(error: np.ndarray, scale: float) -> np.ndarray:
    """An error (height, width) in the colours of `inferno`, uint8 RGB: black for 0, pale yellow from `scale` on."""
    levels = np.rint(255 * np.clip(error / scale, 0, 1)).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
