"""The affine map between two pictures of equal size whose edges agree best.

All shifts are tried at once by Fourier transform, for several turns and scales of a small copy. The best are refined
from coarse to fine by Gauss-Newton steps on the correlation of edge fields (Evangelidis & Psarakis, Parametric Image
Alignment Using Enhanced Correlation Coefficient Maximization, 2008): first shift, turn and scale, then any affine map.
OpenCV's `findTransformECC` takes one channel, such as the gradient's magnitude; directions find more pairs.
"""

import itertools

import cv2
import numpy as np

from cscfuse_keras.tasks.edge_field import Matrix, inner_field, warped_field

SEARCHED_SIDE = 192
FINEST_SIDE = 1024
TURNS = np.radians(np.linspace(-4.5, 4.5, 7))
SCALES = np.exp(np.linspace(-0.075, 0.075, 7))
REACH = 0.09
STARTS = 4
STEPS = 15
SETTLED = 0.03
LEAST_COMMON = 0.5

IDENTITY = np.eye(2, 3)
SIMILARITY = np.array([[1, 0, 0, 0, 1, 0], [0, -1, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]], float)
"""Scale, turn and two shifts, each by what it adds to the six parameters of an affine map."""


def match_edges(image: np.ndarray, reference: np.ndarray) -> Matrix:
    """Where pixels of the reference lie in the image; both grey, (height, width).

    Returns:
        The best that is found, whether or not it is good.
    """
    sides = _sides(max(reference.shape))
    levels = [(shrunk(image, side), shrunk(reference, side)) for side in sides]
    small_image, small_reference = levels[0]
    field = inner_field(small_reference)
    ends = [refined(small_image, field, start) for start in _starts(small_image, field)]
    matrix = max(ends, key=lambda end: agreement(small_image, field, end))
    for (_, before), (finer_image, finer) in itertools.pairwise(levels):
        field = inner_field(finer)
        matrix = refined(finer_image, field, at_size(matrix, before.shape, finer.shape))
    matrix = refined(levels[-1][0], field, matrix, affine=True)
    return at_size(matrix, levels[-1][1].shape, reference.shape)


def agreement(image: np.ndarray, field: np.ndarray, matrix: Matrix) -> float:
    """Correlation of a field with that of an image, where the image shows something; -1 if that is little."""
    warped, mask = warped_field(image, matrix, field.shape[1:])
    if np.mean(mask) < LEAST_COMMON:
        return -1.0
    norm = np.sqrt(np.sum(field**2 * mask) * np.sum(warped**2))
    return float(np.sum(field * warped) / norm) if norm else 0.0


def distinctness(image: np.ndarray, field: np.ndarray, matrix: Matrix) -> float:
    """Correlation at a map, in standard deviations of the correlation at all shifts against it."""
    warped, _ = warped_field(image, matrix, field.shape[1:])
    surface = _correlations(field, warped, field.shape[1:])
    return float(surface[0, 0] / surface.std()) if surface.any() else 0.0


def shrunk(image: np.ndarray, side: int) -> np.ndarray:
    """A copy of at most this side; the picture itself if it is not larger."""
    factor = side / max(image.shape[:2])
    if factor >= 1:
        return image
    rows, columns = (max(1, round(length * factor)) for length in image.shape[:2])
    return cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)


def at_size(matrix: Matrix, before: tuple[int, ...], after: tuple[int, ...]) -> Matrix:
    """A map between pictures of one size as a map between copies of another size."""
    scale = np.array([after[1] / before[1], after[0] / before[0]])
    linear = matrix[:, :2] * scale[:, None] / scale
    # A pixel's centre lies half a pixel inside it: x + 1/2 becomes scale (x + 1/2).
    shift = scale * (matrix[:, 2] + 0.5) - 0.5 + (matrix[:, :2] * scale[:, None]) @ (0.5 / scale - 0.5)
    return np.column_stack([linear, shift])


def _sides(largest: int) -> list[int]:
    sides = [min(largest, SEARCHED_SIDE)]
    while sides[-1] < min(largest, FINEST_SIDE):
        sides.append(min(2 * sides[-1], largest, FINEST_SIDE))
    return sides


def _starts(image: np.ndarray, field: np.ndarray) -> list[Matrix]:
    """The most promising maps, each for another turn or scale than the ones before it."""
    rows, columns = field.shape[1:]
    reach = round(REACH * columns)
    padded = tuple(cv2.getOptimalDFTSize(length + reach) for length in (rows, columns))
    found = []
    for turn, scale in itertools.product(TURNS, SCALES):
        matrix = _similarity(turn, scale, (rows, columns))
        warped, _ = warped_field(image, matrix, (rows, columns))
        surface = _correlations(field, warped, padded) / (np.linalg.norm(warped) or 1)
        near = np.roll(surface, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
        y, x = np.unravel_index(np.argmax(near), near.shape)
        found.append((near[y, x], _after_shift(matrix, x - reach, y - reach)))
    found.sort(key=lambda start: -start[0])
    return [matrix for _, matrix in found[:STARTS]]


def _correlations(field: np.ndarray, warped: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Sums of products of two fields, the second one shifted up and left by row and column of the result."""
    first, second = (np.fft.rfft2(each, s=size) for each in (field, warped))
    return np.fft.irfft2(np.sum(np.conj(first) * second, axis=0), s=size)


def _similarity(turn: float, scale: float, size: tuple[int, int]) -> Matrix:
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    return _around_centre(np.array([[cosine, -sine], [sine, cosine]]), np.zeros(2), size)


def _around_centre(linear: np.ndarray, shift: np.ndarray, size: tuple[int, ...]) -> Matrix:
    centre = (np.array([size[1], size[0]]) - 1) / 2
    return np.column_stack([linear, centre - linear @ centre + shift])


def _after_shift(matrix: Matrix, x: float, y: float) -> Matrix:
    return _composed(matrix, np.array([[1, 0, x], [0, 1, y]], float))


def _composed(outer: Matrix, inner: Matrix) -> Matrix:
    return outer[:, :2] @ inner + np.outer(outer[:, 2], [0, 0, 1])


def refined(image: np.ndarray, field: np.ndarray, start: Matrix, affine: bool = False) -> Matrix:
    """The best of the maps that Gauss-Newton steps lead through."""
    basis = np.eye(6) if affine else SIMILARITY
    rows, columns = field.shape[1:]
    x, y = ((np.arange(length, dtype=np.float32) - (length - 1) / 2) / columns for length in (columns, rows))
    x, y = np.meshgrid(x, y)
    best, matrix = (-2.0, start), start
    for _ in range(STEPS):
        warped, mask = warped_field(image, matrix, (rows, columns))
        energy, common = np.sum(warped**2), np.sum(field * warped)
        norm = np.sqrt(energy * np.sum(field**2 * mask))
        if np.mean(mask) < LEAST_COMMON or common <= 0:
            break
        best = max(best, (common / norm, matrix), key=lambda pair: pair[0])
        gain = common / energy
        normal, right = np.zeros((len(basis), len(basis))), np.zeros(len(basis))
        for target, channel in zip(field, warped, strict=True):
            slopes = [gain * cv2.Scharr(channel, -1, *axis, scale=1 / 32) * mask for axis in ((1, 0), (0, 1))]
            jacobian = np.stack([part for slope in slopes for part in (slope * x, slope * y, slope)]).reshape(6, -1)
            jacobian = basis.astype(np.float32) @ jacobian
            normal += jacobian @ jacobian.T
            right += jacobian @ ((target - gain * channel) * mask).ravel()
        damping = 1e-6 * np.trace(normal) / len(basis) * np.eye(len(basis))
        step = np.linalg.solve(normal + damping, right) @ basis
        change = step.reshape(2, 3)
        linear = np.eye(2) + change[:, :2] / columns
        matrix = _composed(matrix, _around_centre(linear, change[:, 2], (rows, columns)))
        if np.abs(step).max() < SETTLED:
            break
    return max(best, (agreement(image, field, matrix), matrix), key=lambda pair: pair[0])[1]
