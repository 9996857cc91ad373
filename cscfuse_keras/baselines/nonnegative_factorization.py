"""Sharpening by coupled non-negative matrix factorisation (CNMF)."""

import dataclasses

import numpy as np
from scipy.optimize import minimize_scalar, nnls

from cscfuse_keras.baselines.guided import check_sizes
from cscfuse_keras.baselines.interpolation import enlarged
from pipelines.wald import Sensor, Wald

ROUNDS, UPDATES = 2, 50
LEAST = np.float32(1e-9)
EXPONENTS = (0.5, 3.0)


class CNMFFuser:
    """Unmixes both images into spectra of materials and their shares: spectra of the one, shares of the other.

    CNMF: Yokoya, Yairi, Iwasaki, Coupled Nonnegative Matrix Factorization Unmixing for Hyperspectral and Multispectral
    Data Fusion, IEEE Transactions on Geoscience and Remote Sensing 50(2), 2012. It differs from the paper in this:

    * Materials are found by successive projections (Araujo et al., Chemometrics and Intelligent Laboratory Systems
      57(2), 2001), which need no chance, as vertex component analysis does.
    * Shares need not sum to one: shade is a smaller share.
    * The guide's response to the bands is estimated at low resolution, by non-negative least squares, and with it the
      power law of its encoding: CNMF needs light that adds up, which that of pictures for screens does not.
    * Shares start from the enlarged ones of low resolution, so that a guide of one channel serves too.
    * All bands are taken to be filtered alike, with the mean of the sensor's gains.

    Args:
        degradation: how the low-resolution image came about: scale, filters and where its samples lie.
        materials: most spectra to unmix into; never more than bands.
    """

    name = "CNMF"

    def __init__(self, degradation: Wald, materials: int = 10):
        gain = float(np.mean(degradation.sensor.band_gains))
        self.degradation = dataclasses.replace(degradation, sensor=Sensor(gain, degradation.sensor.guide_gain))
        self.materials = materials

    def fuse(self, low_resolution: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Fuse an image with its guide.

        Args:
            low_resolution: float32 (height, width, bands) in [0, 1].
            guide: float32 (scale * height, scale * width, channels) in [0, 1].

        Returns:
            float32 array (scale * height, scale * width, bands) in [0, 1], clipped.

        Raises:
            InputError: the guide is not `scale` times as high and wide.
        """
        check_sizes(low_resolution, guide, self.degradation.scale)
        low = _pixels(low_resolution)
        spectra = pure_spectra(low, self.materials)
        linear, response = self._linear_guide(low, np.clip(guide, 0, 1))
        high = _pixels(linear)

        low_shares = np.full((len(low), len(spectra)), 1 / len(spectra), np.float32)
        _factorise(low, low_shares, spectra, of_spectra=False)
        _factorise(low, low_shares, spectra)
        shares = _pixels(enlarged(low_shares.reshape(*low_resolution.shape[:2], -1), self.degradation))
        for _ in range(ROUNDS):
            colours = np.maximum(spectra @ response, LEAST)
            _factorise(high, shares, colours, of_spectra=False)
            _factorise(high, shares, colours)
            low_shares = _pixels(self.degradation.degrade_bands(shares.reshape(*guide.shape[:2], -1)))
            _factorise(low, low_shares, spectra, of_shares=False)
            _factorise(low, low_shares, spectra)
        return np.clip((shares @ spectra).reshape(*guide.shape[:2], -1), 0, 1)

    def _linear_guide(self, low, guide):
        """The guide to the power that lets bands explain it best, and its response (bands, channels) to them."""

        def misfit(exponent):
            return sum(error**2 for _, error in self._responses(low, guide**exponent))

        exponent = np.float32(minimize_scalar(misfit, bounds=EXPONENTS, method="bounded", options={"xatol": 0.02}).x)
        linear = guide**exponent
        return linear, np.stack([each for each, _ in self._responses(low, linear)], axis=1).astype(np.float32)

    def _responses(self, low, guide):
        """For each channel, non-negative weights of bands, and the relative error of what they predict."""
        channels = _pixels(self.degradation.degrade_bands(guide)).T.astype(np.float64)
        for channel in channels:
            weights, error = nnls(low.astype(np.float64), channel)
            yield weights, error / np.linalg.norm(channel)


def pure_spectra(pixels: np.ndarray, count: int) -> np.ndarray:
    """Spectra of which the others are mixtures, by successive projections: each time the least explained pixel.

    Args:
        pixels: float32 (number, bands).
        count: most spectra to find.

    Returns:
        float32 array (found, bands); fewer than `count` if so many explain all pixels, or are as many as bands.
    """
    rest, chosen = pixels.astype(np.float64), []
    negligible = 1e-10 * np.max(np.sum(rest**2, axis=1))
    for _ in range(min(count, pixels.shape[1])):
        energies = np.sum(rest**2, axis=1)
        pixel = int(energies.argmax())
        if chosen and energies[pixel] <= negligible:
            break
        chosen.append(pixel)
        direction = rest[pixel] / np.sqrt(max(energies[pixel], LEAST))
        rest -= np.outer(rest @ direction, direction)
    return pixels[chosen]


def _factorise(pixels, shares, spectra, of_shares=True, of_spectra=True):
    """Lee and Seung's updates, in place, of shares (number, materials) and spectra (materials, bands)."""
    for _ in range(UPDATES):
        if of_shares:
            shares *= (pixels @ spectra.T) / (shares @ (spectra @ spectra.T))
            np.maximum(shares, LEAST, out=shares)
        if of_spectra:
            spectra *= (shares.T @ pixels) / (shares.T @ shares @ spectra)
            np.maximum(spectra, LEAST, out=spectra)


def _pixels(image):
    """Positive float32 values (number, bands) of an image: factors must never be zero, or would stay so."""
    return np.maximum(image.reshape(-1, image.shape[2]), LEAST, dtype=np.float32)
