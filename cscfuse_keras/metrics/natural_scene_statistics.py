"""Statistics of natural scenes: contrast-normalised coefficients and the distributions that they follow.

Mittal, Moorthy, Bovik, No-Reference Image Quality Assessment in the Spatial Domain, IEEE Transactions on Image
Processing 21(12), 2012. BRISQUE, NIQE and PIQE measure how far a picture departs from them.
"""

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage
from cscfuse_keras.metrics.local_statistics import gaussian_window

Samples = npt.NDArray[np.float64]


def contrast_normalised(image: GreyImage, border: int) -> GreyImage:
    """Return (I - mu)/(sigma + 1) with the local mean mu and deviation sigma of each 7x7 window.

    The window is a Gaussian of sigma 7/6.

    Args:
        image: array of shape (height, width) in 0..255.
        border: OpenCV's name for what is beyond the border, such as `cv2.BORDER_REPLICATE`.

    Returns:
        Array of the same shape, 0 where the window is flat.
    """
    window = gaussian_window(7, 7 / 6)
    mean, mean_square = (cv2.sepFilter2D(x, cv2.CV_64F, window, window, borderType=border) for x in (image, image**2))
    deviation = np.sqrt(np.abs(mean_square - mean**2))
    coefficients = (image - mean) / (deviation + 1)
    # Whole levels give either 0 or far more than this; what rounding leaves of 0 must not count as a sign.
    coefficients[np.abs(coefficients) < 1e-9] = 0.0
    return coefficients


def blocks(image: GreyImage, size: int) -> npt.NDArray[np.float64]:
    """Return the blocks of size x size that tile an image of whole blocks, of shape (blocks, size, size)."""
    height, width = image.shape
    tiles = image.reshape(height // size, size, width // size, size)
    return tiles.swapaxes(1, 2).reshape(-1, size, size)


def neighbour_products(patches: npt.NDArray[np.float64]) -> Iterator[npt.NDArray[np.float64]]:
    """Yield the products of each coefficient with its neighbour: across, down, and on both diagonals.

    Args:
        patches: array of shape (patches, height, width). The neighbour beyond a border is on the opposite one.

    Yields:
        Arrays of the same shape.
    """
    for shift in ((0, 1), (1, 0), (1, 1), (-1, 1)):
        yield patches * np.roll(patches, shift, axis=(1, 2))


class AsymmetricGaussian(NamedTuple):
    """Asymmetric generalised Gaussians, one an entry; NaN where samples are not on both sides of 0.

    Attributes:
        shape: exponent, from 0.2 (sharp peak, long tails) over 2 (Gaussian) to 10 (near uniform).
        left_variance: mean square of the samples below 0.
        right_variance: mean square of the samples above 0.
        left_scale: width of the density below 0.
        right_scale: width of the density above 0.
        mean: mean of the density.
    """

    shape: Samples
    left_variance: Samples
    right_variance: Samples
    left_scale: Samples
    right_scale: Samples
    mean: Samples


def fit_asymmetric_gaussian(patches: npt.NDArray[np.float64]) -> AsymmetricGaussian:
    """Fit each patch by its moments (Lasmar, Stitou, Berthoumieu 2009), the shape to steps of 0.001.

    Args:
        patches: array of shape (patches, height, width).

    Returns:
        Parameters of shape (patches,).
    """
    table = _gamma_table()
    left, right = _mean_square(np.minimum(patches, 0)), _mean_square(np.maximum(patches, 0))
    with np.errstate(invalid="ignore", over="ignore"):
        skew = np.sqrt(left / right)
        ratio = np.abs(patches).mean(axis=(1, 2)) ** 2 / np.square(patches).mean(axis=(1, 2))
        ratio = ratio * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    fitted = _nearest(table.ratio, ratio)
    width = np.sqrt(table.gamma1 / table.gamma3)[fitted]
    left_scale, right_scale = width * np.sqrt(left), width * np.sqrt(right)
    mean = (right_scale - left_scale) * (table.gamma2 / table.gamma1)[fitted]
    return AsymmetricGaussian(
        np.where(np.isnan(ratio), np.nan, table.shape[fitted]), left, right, left_scale, right_scale, mean
    )


def gaussian_shape(samples: Samples) -> float:
    """Return the shape of the generalised Gaussian of mean 0 that samples of any form follow; NaN if all are 0."""
    table = _gamma_table()
    spread = np.mean(np.square(samples))
    if spread == 0:
        return math.nan
    # Nearest by the reciprocal, as in the measure's release; the sign makes it ascend.
    return float(table.shape[_nearest(-1 / table.ratio, -spread / np.mean(np.abs(samples)) ** 2)])


class _GammaTable(NamedTuple):
    """Shapes s; Gamma(1/s), Gamma(2/s), Gamma(3/s); and Gamma(2/s)^2 / (Gamma(1/s) Gamma(3/s)), which ascends."""

    shape: Samples
    gamma1: Samples
    gamma2: Samples
    gamma3: Samples
    ratio: Samples


@functools.cache
def _gamma_table() -> _GammaTable:
    shape = 0.2 + 0.001 * np.arange(9801)
    gamma1, gamma2, gamma3 = (np.array([math.gamma(k / s) for s in shape]) for k in (1, 2, 3))
    return _GammaTable(shape, gamma1, gamma2, gamma3, gamma2**2 / (gamma1 * gamma3))


def _nearest(ascending: Samples, values: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Index of the nearest entry for each value."""
    return np.searchsorted((ascending[1:] + ascending[:-1]) / 2, values)


def _mean_square(samples: npt.NDArray[np.float64]) -> Samples:
    """Mean square of each patch's samples that are not 0; NaN where all are."""
    total = np.einsum("phw,phw->p", samples, samples)
    count = np.count_nonzero(samples, axis=(1, 2))
    return np.divide(total, count, out=np.full(len(samples), np.nan), where=count > 0)
