"""Wald's protocol: degrade images by the scale of the fusion, so that the undegraded image is the truth to learn."""

import dataclasses
import math
from typing import Literal

import cv2
import numpy as np

from cscfuse_keras.errors import InputError, UsageError

Method = Literal["mtf", "nearest"]


@dataclasses.dataclass(frozen=True)
class Sensor:
    """Gains at the Nyquist frequency of each image's own resolution, in (0, 1).

    Attributes:
        band_gains: of all bands, or one for each, by rising wavelength.
        guide_gain: of the panchromatic band.
    """

    band_gains: float | tuple[float, ...]
    guide_gain: float


SENSORS = {
    "generic": Sensor(0.3, 0.15),
    "quickbird": Sensor((0.34, 0.32, 0.30, 0.22), 0.15),
    "ikonos": Sensor((0.26, 0.28, 0.29, 0.28), 0.17),
    "geoeye-1": Sensor((0.23, 0.23, 0.23, 0.23), 0.16),
    "worldview-2": Sensor((0.35, 0.35, 0.35, 0.35, 0.35, 0.35, 0.35, 0.27), 0.11),
    "worldview-3": Sensor((0.325, 0.355, 0.360, 0.350, 0.365, 0.360, 0.335, 0.315), 0.14),
    "landsat-8": Sensor((0.55, 0.55, 0.55, 0.53), 0.4),
    "sentinel-2-20m": Sensor((0.365, 0.33, 0.34, 0.32, 0.205, 0.235), 0.26),
}
"""Published gains.

The first six are those of the open pansharpening toolbox (Vivone et al., A critical comparison among pansharpening
algorithms, 2015, and A new benchmark based on recent advances in multispectral pansharpening, 2021; `generic` is its
default; its first edition has 0.5 for the panchromatic band of WorldView-3). Landsat 8: bands 2 to 5 and 8, by Lee et
al. 2014 from lunar data. Sentinel-2: bands 5, 6, 7, 8A, 11, 12 at 20 m, guided by the mean of the 10 m bands, by the
toolbox of Ciotola et al. for Sentinel-2 sharpening; these change with the instrument.
"""


def find_sensor(name: str) -> Sensor:
    """The sensor of a name, in any case.

    Raises:
        UsageError: there is no such sensor.
    """
    if name.lower() not in SENSORS:
        raise UsageError(f"sensor: expected one of {', '.join(SENSORS)}, found {name!r}; choose one, or generic")
    return SENSORS[name.lower()]


@dataclasses.dataclass(frozen=True)
class Wald:
    """Degradation of a multi-spectral image and its guide to lower resolution.

    Wald, Ranchin, Mangolini, Fusion of satellite images of different spatial resolutions, 1997. The low-pass filters
    are matched to the sensor's modulation transfer function (Aiazzi et al., MTF-tailored multiscale fusion, 2006).

    Attributes:
        scale: whole factor.
        method: `"mtf"`: a Gaussian whose gain at the Nyquist frequency of the low resolution is the sensor's, sampled
            at the centre of each square of scale x scale pixels. `"nearest"`: every `scale`-th pixel from the first
            on, unfiltered, as the release of the method does; it aliases.
        sensor: whose gains `"mtf"` takes.
    """

    scale: int
    method: Method = "mtf"
    sensor: Sensor = SENSORS["generic"]

    def degrade_bands(self, bands: np.ndarray) -> np.ndarray:
        """The multi-spectral image as the sensor would see it from `scale` times as far.

        Args:
            bands: array (height, width, bands); height and width are multiples of `scale`.

        Returns:
            Array (height / scale, width / scale, bands) of the same dtype and range; integers are rounded.

        Raises:
            InputError: the size is no multiple of the scale, or the sensor has another number of bands.
        """
        return self._degrade(bands, self.sensor.band_gains)

    def degrade_guide(self, guide: np.ndarray) -> np.ndarray:
        """The guide as its sensor would see it from `scale` times as far; shapes as for `degrade_bands`."""
        return self._degrade(guide, self.sensor.guide_gain)

    def _degrade(self, image, gains):
        if image.shape[0] % self.scale or image.shape[1] % self.scale:
            raise InputError(
                f"expected height and width that are multiples of the scale {self.scale}, found {image.shape[1]} x "
                f"{image.shape[0]}; crop the image"
            )
        if self.method == "nearest":
            return image[:: self.scale, :: self.scale]
        count = image.shape[2]
        if not isinstance(gains, float) and len(gains) != count:
            raise InputError(f"expected {len(gains)} bands, as the sensor has, found {count}; choose another sensor")
        gains = np.broadcast_to(gains, count)
        channels = [_mtf_filtered(image[..., k], self.scale, gain) for k, gain in enumerate(gains)]
        result = np.stack(channels, axis=-1)
        if np.issubdtype(image.dtype, np.integer):
            limits = np.iinfo(image.dtype)
            result = np.clip(np.rint(result), limits.min, limits.max)
        return result.astype(image.dtype)


def gaussian_for_gain(scale: int, gain: float) -> np.ndarray:
    """Taps of a Gaussian low-pass, of even or odd number as the scale, whose centre is that of `scale` pixels.

    Args:
        scale: factor by which the resolution will be lowered.
        gain: of the filter at the new Nyquist frequency, 1 / (2 scale) cycles a pixel, in (0, 1).

    Returns:
        float64 taps of sum 1, out to 4 standard deviations.
    """
    deviation = scale / math.pi * math.sqrt(-2 * math.log(gain))
    side = math.ceil(4 * deviation - 0.5 * (scale % 2 == 0))
    places = np.arange(-side, side + 1) if scale % 2 else np.arange(-side - 0.5, side + 1)
    taps = np.exp(-(places**2) / (2 * deviation**2))
    return taps / taps.sum()


def _mtf_filtered(channel, scale, gain):
    """One channel, low-passed and sampled at the centres of scale x scale pixels; the border is mirrored."""
    taps = gaussian_for_gain(scale, gain)
    # The window of the first sample starts (taps - scale) / 2 pixels before the image.
    border = (len(taps) - scale) // 2
    padded = np.pad(np.asarray(channel, np.float32), border, mode="symmetric")
    filtered = cv2.sepFilter2D(padded, cv2.CV_32F, taps, taps, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    stop = [size - len(taps) + 1 for size in padded.shape]
    return filtered[: stop[0] : scale, : stop[1] : scale]
