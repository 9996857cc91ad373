"""MEF-SSIM: how well the fused image keeps the structure of all exposures, the published measure.

`training_mef_ssim`, which networks are trained on, is another form: it takes the strongest exposure alone for the
reference, has a luminance term, and gives other numbers.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images
from cscfuse_keras.metrics.local_statistics import gaussian_window, window_mean
from cscfuse_keras.metrics.mean_halving import halve

_SIDE = 11
_CONTRAST_CONSTANT = (0.03 * 255) ** 2
_LEAST_STRENGTH = 0.001
_LARGEST_EXPONENT = 10.0
_EPSILON = np.finfo(np.float64).eps
_SCALE_WEIGHTS = np.array([0.0448, 0.2856, 0.3001]) / (0.0448 + 0.2856 + 0.3001)
_BAND = 64


def mef_ssim(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return MEF-SSIM over three scales: the product of the scales' scores to the powers 0.07, 0.45 and 0.48.

    Ma, Zeng, Wang, Perceptual Quality Assessment for Multi-Exposure Image Fusion, IEEE Transactions on Image Processing
    24(11), 2015, with the constants of its authors' implementation. Each scale is scored by `single_scale_mef_ssim`;
    the next is half the size, by means of 2 x 2 pixels. The powers are the first three of multi-scale SSIM (Wang,
    Simoncelli, Bovik 2003), divided by their sum.

    Args:
        fused: luma, array of shape (height, width) in 0..255, at least 44 x 44.
        sources: luma of the exposures, one or more arrays of the same shape, in 0..255.

    Returns:
        A value in 0..1. A scale of negative score counts as 0.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_SIDE * 2 ** (len(_SCALE_WEIGHTS) - 1))
    images, scores = [fused, *sources], []
    for _ in _SCALE_WEIGHTS:
        scores.append(max(_score(images[0], images[1:]), 0.0))
        images = [halve(image) for image in images]
    return float(np.prod(np.power(scores, _SCALE_WEIGHTS)))


def single_scale_mef_ssim(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return MEF-SSIM of the images at their own scale, the first factor of `mef_ssim`.

    A patch of 11x11 pixels minus its mean has a norm, its strength, and divided by it, its structure. The reference
    for a fused patch is the mean of the exposures' structures, weighted by strength to the power p, scaled to the
    largest of the strengths. p = tan(pi R / 2), at most 10, where R is the exposures' consistency: the norm of the sum
    of their patches (minus means) over the sum of the norms. The score is the contrast-structure term of SSIM (Gaussian
    window of sigma 1.5, C = (0.03 * 255)^2) of reference and fused patch, averaged over all patches inside the image.
    Luminance is not judged.

    Args:
        fused: luma, array of shape (height, width) in 0..255, at least 11 x 11.
        sources: luma of the exposures, one or more arrays of the same shape, in 0..255.

    Returns:
        A value in -1..1.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_SIDE)
    return _score(fused, sources)


def _score(fused: GreyImage, exposures: Sequence[GreyImage]) -> float:
    """Mean over all patches of the contrast-structure term; band by band, since a stack has many maps."""
    rows, columns = (length - _SIDE + 1 for length in fused.shape)
    total = 0.0
    for top in range(0, rows, _BAND):
        band = slice(top, top + _BAND + _SIDE - 1)
        total += np.sum(_similarity(fused[band], np.stack([exposure[band] for exposure in exposures])))
    return float(total / (rows * columns))


def _similarity(fused: GreyImage, exposures: npt.NDArray[np.float64]) -> GreyImage:
    """Contrast-structure term of each patch; exposures of shape (exposures, height, width)."""
    means, norms = (np.stack(maps) for maps in zip(*map(_mean_and_norm, exposures), strict=True))
    strengths = norms + _LEAST_STRENGTH
    gains = _structure_weights(norms, _mean_and_norm(exposures.sum(axis=0))[1]) / strengths
    gained_means = np.sum(gains * means, axis=0)

    # The reference patch is made pixel by pixel, for all patches at once.
    taps = gaussian_window(_SIDE, 1.5)
    window = np.outer(taps, taps)
    height, width = gained_means.shape
    energy, mean, square, product = (np.zeros((height, width)) for _ in range(4))
    for row in range(_SIDE):
        for column in range(_SIDE):
            inside = np.s_[..., row : row + height, column : column + width]
            reference = np.einsum("khw,khw->hw", gains, exposures[inside]) - gained_means
            weighted = window[row, column] * reference
            energy += reference * reference
            mean += weighted
            square += weighted * reference
            product += weighted * fused[inside]

    scale = np.divide(strengths.max(axis=0), np.sqrt(energy), out=np.zeros_like(energy), where=energy > 0)
    fused_mean = window_mean(fused, taps)
    fused_variance = np.maximum(window_mean(fused * fused, taps) - fused_mean**2, 0.0)
    covariance = scale * (product - mean * fused_mean)
    variance = scale**2 * (square - mean**2)
    return (2 * covariance + _CONTRAST_CONSTANT) / (variance + fused_variance + _CONTRAST_CONSTANT)


def _mean_and_norm(image: GreyImage) -> tuple[GreyImage, GreyImage]:
    """Mean of each patch, and the Euclidean norm of the patch minus it."""
    box = np.full((_SIDE, 1), 1 / _SIDE)
    mean = window_mean(image, box)
    return mean, _SIDE * np.sqrt(np.maximum(window_mean(image * image, box) - mean * mean, 0.0))


def _structure_weights(norms: npt.NDArray[np.float64], norm_of_sum: GreyImage) -> npt.NDArray[np.float64]:
    """Share of each exposure's structure in the reference, from the norms of its patches and of the patches' sum."""
    consistency = np.minimum((norm_of_sum + _EPSILON) / (norms.sum(axis=0) + _EPSILON), 1.0)
    exponent = np.minimum(np.tan(np.pi / 2 * consistency), _LARGEST_EXPONENT)
    weights = ((norms + _LEAST_STRENGTH) / _SIDE) ** exponent + _EPSILON
    return weights / weights.sum(axis=0)
