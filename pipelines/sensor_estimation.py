"""How sharp a low-resolution image is, told from its guide: for images whose sensor nobody states."""

from collections.abc import Iterable

import cv2
import numpy as np

from pipelines.wald import Sensor, Wald

GAINS = np.arange(0.1, 0.85, 0.05)
"""Gains at the Nyquist frequency that are tried."""

FINE_DETAIL = 2.0
"""Standard deviation, in pixels of the low resolution, of the Gaussian below which detail counts."""

_GUIDE_SHARE = 0.5


def estimated_sensor(parts: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]], scale: int) -> Sensor:
    """Sensor of one gain for all bands, under which the degraded guide is best explained by the bands.

    The guide, low-passed as the bands are, is about a weighted sum of them; low-passed more or less than they are, its
    fine detail is not (the idea of Vivone et al., Multiband filter estimation for fusion, 2015). The guide's own gain
    cannot be told so and is taken as half of that of the bands, about what published gains are.

    Args:
        parts: of the image, each `(bands, guide, valid)`: float32 (height, width, bands) and (scale * height,
            scale * width, channels) in [0, 1], bool (height, width).
        scale: ratio of the resolutions.
    """
    parts = list(parts)
    unexplained = [sum(_unexplained(*part, scale, gain) for part in parts) for gain in GAINS]
    gain = round(float(GAINS[int(np.argmin(unexplained))]), 2)
    return Sensor(gain, _GUIDE_SHARE * gain)


def _unexplained(bands, guide, valid, scale, gain):
    """Share, weighted by the pixels, of the degraded guide's fine detail that no weighted sum of the bands gives."""
    low_guide = Wald(scale, "mtf", Sensor(gain, gain)).degrade_guide(guide)
    details, wanted = (_fine_detail(image)[valid].astype(np.float64) for image in (bands, low_guide))
    weights = np.linalg.lstsq(details, wanted, rcond=None)[0]
    power = np.sum(wanted**2)
    return len(wanted) * float(np.sum((wanted - details @ weights) ** 2) / power) if power > 0 else 0.0


def _fine_detail(image):
    image = np.ascontiguousarray(image)
    return image - cv2.GaussianBlur(image, (0, 0), FINE_DETAIL).reshape(image.shape)
