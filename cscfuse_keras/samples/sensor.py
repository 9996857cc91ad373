"""What lenses and sensors do to a picture."""

import cv2
import numpy as np


def srgb(linear: np.ndarray) -> np.ndarray:
    """Encode linear light in [0, 1] with the sRGB transfer function (IEC 61966-2-1)."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def contrast(encoded: np.ndarray) -> np.ndarray:
    """The slight S-curve with which cameras darken shadows and lighten highlights, on values in [0, 1]."""
    return encoded - 0.03 * np.sin(2 * np.pi * encoded)


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur; wide ones on a reduced picture, where they are quicker and look the same."""
    reduction = max(1, int(sigma / 4))
    if reduction == 1:
        return cv2.GaussianBlur(image, (0, 0), max(sigma, 1e-3), borderType=cv2.BORDER_REFLECT_101)
    height, width = image.shape[:2]
    small = (max(width // reduction, 8), max(height // reduction, 8))
    reduced = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    reduced = cv2.GaussianBlur(reduced, (0, 0), sigma * small[0] / width, borderType=cv2.BORDER_REFLECT_101)
    return cv2.resize(reduced, (width, height), interpolation=cv2.INTER_LINEAR)


def bloom(radiance: np.ndarray, unit: float, strength: float) -> np.ndarray:
    """Scatter a part `strength` of the light as lenses do, over widths of 2 to 80 `unit`s of pixels."""
    shares = {2.0: 0.45, 8.0: 0.3, 28.0: 0.17, 80.0: 0.08}
    scattered = sum(share * blur(radiance, unit * width) for width, share in shares.items())
    return (1 - strength) * radiance + strength * scattered


def vignette(height: int, width: int, strength: float) -> np.ndarray:
    """Fall of brightness (H, W, 1) towards the corners by the part `strength`, as the cosine law gives."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return (1 + (x * x + y * y)[..., None] / 2 * (1 / np.sqrt(1 - strength) - 1)) ** -2


def add_photon_noise(linear: np.ndarray, rng: np.random.Generator, gain: float, read: float) -> np.ndarray:
    """Add shot noise of variance `gain` * signal and read noise of deviation `read` to linear light.

    The grain is a little wider than a pixel, as demosaicking leaves it.
    """
    grain = rng.standard_normal(linear.shape, np.float32)
    grain = 0.6 * grain + 0.8 * cv2.GaussianBlur(grain, (0, 0), 0.8)
    return linear + grain * np.sqrt(gain * np.maximum(linear, 0) + read**2)


def infrared_sensor(heat: np.ndarray, rng: np.random.Generator, unit: float) -> np.ndarray:
    """An uncooled thermal camera's picture (H, W) of `heat` in [0, 1].

    Slight blur and the edge enhancement such cameras apply, slow non-uniformity, fixed column pattern, noise.
    """
    height, width = heat.shape
    sharp = blur(heat, 0.75 * unit)
    sharp = sharp + 0.35 * (sharp - blur(sharp, 3 * unit))
    columns = 0.007 * rng.standard_normal((1, width), np.float32)
    slow = cv2.resize(rng.standard_normal((4, 5), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = 0.012 * cv2.GaussianBlur(rng.standard_normal(heat.shape, np.float32), (0, 0), 0.5)
    return np.clip(sharp + columns + 0.006 * slow + grain, 0, 1).astype(np.float32)
