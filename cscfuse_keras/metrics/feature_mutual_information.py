"""Feature mutual information (FMI): how much small windows of the fused image's features tell about the sources'."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images

_SIDE = 3
_PIXELS = _SIDE**2
_POSITIONS = np.arange(1.0, _PIXELS + 1)
# Windows that are taken at a time, so that their arrays stay in the processor's cache.
_BATCH = 4096
_LEAST = np.finfo(np.float64).tiny
# Transforms leave rounding of about 1e-12 where coefficients are 0, which windows would stretch to full range.
_DECIMALS = 8

Windows = npt.NDArray[np.float64]
Values = npt.NDArray[np.float64]


class _Margin(NamedTuple):
    """Distributions over the nine positions of windows.

    Attributes:
        p: probabilities, (9, windows).
        spread: their sum of squares after their mean is taken off.
        entropy: in bits.
        mean: of the position.
        deviation: standard deviation of the position.
    """

    p: Windows
    spread: Values
    entropy: Values
    mean: Values
    deviation: Values


def pixel_feature_mutual_information(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return FMI of the grey levels themselves.

    Haghighat, Aghagolzadeh, Seyedarabi, A non-reference image fusion metric based on mutual information of image
    features, Computers and Electrical Engineering 37(5), 2011, in the form of Haghighat and Razian, Fast-FMI, AICT
    2014: in each 3x3 window inside the feature image, less its least value and divided by its sum, is taken for a
    distribution p over the nine positions, column by column. The joint distribution of a source's p and the fused
    image's q has these margins and lies between independence and one of Frechet's bounds: (1 - w) p q + w bound, where
    the bound is the upper one if the Pearson correlation c of the values p and q is positive, else the lower one, and w
    is c divided by the correlation of the positions under this bound. FMI is 2 I / (H(p) + H(q)), averaged over windows
    and sources. Windows that are the same in both count 1; a flat window is an even distribution, independent of all
    others.

    Tables that say FMI_pixel often hold another number: the authors' program takes a binary edge map (MATLAB's `edge`)
    unless it is told otherwise.

    Args:
        fused: array of shape (height, width) in 0..255, at least 3 x 3.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value that is 1 for identical images and 0 where all windows are independent, and mostly in between: no bound
        is known, since w above 1 makes probabilities negative, whose logarithms' real part counts.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_SIDE)
    return _mean_shared_information(fused, sources)


def cosine_feature_mutual_information(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return FMI of the orthonormal discrete cosine transform of the whole image (FMI_dct).

    See `pixel_feature_mutual_information`. Coefficients are rounded to 8 decimals.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_SIDE)
    return _mean_shared_information(_cosine_transform(fused), [_cosine_transform(source) for source in sources])


def _cosine_transform(image: GreyImage) -> GreyImage:
    return np.round(_transformed_columns(_transformed_columns(image).T).T, _DECIMALS)


def _transformed_columns(image: GreyImage) -> GreyImage:
    """Orthonormal DCT-II of each column, by the Fourier transform of its even rows and its odd rows backwards."""
    rows = len(image)
    reordered = np.concatenate([image[::2], image[1::2][::-1]])
    turn = np.exp(-0.5j * np.pi * np.arange(rows) / rows)[:, np.newaxis]
    coefficients = np.sqrt(2 / rows) * np.real(np.fft.fft(reordered, axis=0) * turn)
    coefficients[0] /= np.sqrt(2)
    return coefficients


def _mean_shared_information(fused: GreyImage, sources: Sequence[GreyImage]) -> float:
    """Mean of 2 I / (H(p) + H(q)) over all windows and sources."""
    rows, columns = (length - _SIDE + 1 for length in fused.shape)
    step = max(_BATCH // columns, 1)
    total = 0.0
    for top in range(0, rows, step):
        band = slice(top, top + step + _SIDE - 1)
        windows = _windows(fused[band])
        margin = _margin(windows)
        for source in sources:
            others = _windows(source[band])
            shared = _shared_information(_margin(others), margin)
            total += float(np.sum(np.where(np.all(others == windows, axis=0), 1.0, shared)))
    return total / (rows * columns * len(sources))


def _windows(image: GreyImage) -> Windows:
    """Array (9, windows): the pixels of each window, column by column."""
    height, width = image.shape[0] - _SIDE + 1, image.shape[1] - _SIDE + 1
    shifted = [image[row : row + height, column : column + width] for column in range(_SIDE) for row in range(_SIDE)]
    return np.stack(shifted).reshape(_PIXELS, -1)


def _margin(windows: Windows) -> _Margin:
    above = windows - windows.min(axis=0)
    total = above.sum(axis=0)
    flat = total == 0
    p = (above + flat) / (total + _PIXELS * flat)
    mean = _mean_position(p)
    variance = np.maximum(np.einsum("k,kn->n", _POSITIONS**2, p) - mean**2, 0.0)
    spread = np.maximum(np.sum(p * p, axis=0) - 1 / _PIXELS, 0.0)
    return _Margin(p, spread, -np.sum(_log_product(p), axis=0), mean, np.sqrt(variance))


def _shared_information(first: _Margin, second: _Margin) -> Values:
    """2 I / (H(p) + H(q)) of each window; 0 where both have one position alone."""
    correlation = _ratio(np.sum(first.p * second.p, axis=0) - 1 / _PIXELS, np.sqrt(first.spread * second.spread))
    # The lower bound of two margins is the upper one once the positions of one are turned round.
    turned = correlation < 0
    q = np.where(turned, second.p[::-1], second.p)
    mean = np.where(turned, _PIXELS + 1 - second.mean, second.mean)
    mass, product, moment = _upper_bound(first.p, q)
    share = _ratio(np.abs(correlation) * first.deviation * second.deviation, moment - first.mean * mean)
    # All pairs of positions are first taken for independent ones, then those that the bound gives mass are corrected.
    entropies = first.entropy + second.entropy
    independent = (1 - share) * entropies - _log_product(1 - share)
    product *= 1 - share
    joint = independent - np.sum(_log_product(product + share * mass) - _log_product(product), axis=0)
    return _ratio(2 * (entropies - joint), entropies)


def _upper_bound(p: Windows, q: Windows) -> tuple[Windows, Windows, Values]:
    """Cells of the joint distribution that Frechet's upper bound gives mass, 17 of each window, some of them of mass 0.

    On the way from 0 to 1 the cell changes wherever a probability of either margin ends: the mass of a cell is the way
    from the end before it to its own.

    Returns:
        Masses and products of the two probabilities, (17, windows), and the mean product of the positions.
    """
    p_starts, q_starts = _sums(p), _sums(q)
    p_ends, q_ends = p_starts[1:], q_starts[1:-1]
    later = (p_ends[:, np.newaxis] > q_ends).view(np.int8)
    columns = later.sum(axis=1, dtype=np.int8).astype(np.intp)
    rows = _PIXELS - later.sum(axis=0, dtype=np.int8).astype(np.intp)
    first_mass = p_ends - np.maximum(p_starts[:-1], _at(q_starts, columns))
    second_mass = q_ends - np.maximum(q_starts[:-2], _at(p_starts, rows))
    moment = _mean_position(first_mass * (columns + 1)) + _mean_position(second_mass * (rows + 1))
    # Where the first margin is at its end before the second one is, there is no mass: the last probability will do.
    second_product = _at(p, np.minimum(rows, _PIXELS - 1)) * q[:-1]
    return np.concatenate([first_mass, second_mass]), np.concatenate([p * _at(q, columns), second_product]), moment


def _at(values: Windows, rows: npt.NDArray[np.int64]) -> Windows:
    """The value of each window at the given rows, which may differ from window to window."""
    windows = values.shape[1]
    return values.ravel().take(rows * windows + np.arange(windows))


def _sums(values: Windows) -> Windows:
    """The sums of the values before each, and of all; `np.cumsum` takes ten times as long."""
    sums = np.zeros((len(values) + 1, values.shape[1]))
    for row, value in enumerate(values):
        np.add(sums[row], value, out=sums[row + 1])
    return sums


def _mean_position(p: Windows) -> Values:
    return np.einsum("k,kn->n", _POSITIONS[: len(p)], p)


def _log_product(x: Values) -> Values:
    """Return x log2 |x|: a share above 1 makes probabilities negative, and the authors' program takes the real part."""
    product = x * x
    product += _LEAST
    np.log2(product, out=product)
    product *= x / 2
    return product


def _ratio(numerator: Values, denominator: Values) -> Values:
    """The quotient, and 0 where the denominator is 0 but for rounding."""
    vanishes = denominator < 1e-12
    return np.where(vanishes, 0.0, numerator / (denominator + vanishes))
