"""The best linear filter of a low-resolution image and its guide, in closed form."""

from collections.abc import Sequence

import numpy as np

from pipelines.spectral_shifts import SYMMETRIES, Pair

PIXELS = 100_000
"""Low-resolution pixels to solve by."""

RIDGES, GUESS_RIDGE = (1e-4, 1e-3, 1e-2, 1e-1, 1.0), 1e-6
"""Weights of the squared distance of coefficients from the guess, and of the guess's own ones, as shares of the inputs'
mean square."""


def linear_filters(
    pairs: Sequence[Pair], starts: Sequence[np.ndarray], guesses: Sequence[np.ndarray], side: int, seed: int = 0
) -> list[np.ndarray]:
    """Filters that add to a start what is missing of the truth: a guess, then ridge regression around it, one a ridge.

    Regression-based injection of detail (MTF-GLP, GSA) and linear interpolation are filters of this form: such a filter
    is the guess, which the result stays near where pixels tell little.

    Args:
        pairs: to learn from.
        starts: of each pair, what the filter's result will be added to, of the truth's shape.
        guesses: of each pair, what the guessed filter makes of it, the start included.
        side: odd, of the square filter in pixels of the low resolution.
        seed: of the choice of pairs and their symmetries.

    Returns:
        float32 kernels (side, side, bands + scale^2 guide channels, scale^2 bands) for the bands and the guide's pixels
        as channels, see `cscfuse_keras.layers.space_to_depth`; their result is the squares of the truth's pixels.
    """
    scale = pairs[0].truth.shape[0] // pairs[0].low_resolution.shape[0]
    random = np.random.default_rng(seed)
    combinations = [(number, symmetry) for number in range(len(pairs)) for symmetry in range(SYMMETRIES)]
    squares = products = guessed = seen = 0
    for number, symmetry in random.permutation(combinations):
        pair = pairs[number]
        targets = np.concatenate([pair.truth - starts[number], guesses[number] - starts[number]], axis=-1)
        both_targets = Pair(pair.low_resolution, pair.guide, targets, pair.valid).turned(symmetry)
        both = np.concatenate([both_targets.low_resolution, _squares(both_targets.guide, scale)], axis=-1)
        valid = both_targets.valid
        variables = _neighbourhoods(both, side)[valid].astype(np.float64)
        truth, guess = (_squares(target, scale)[valid] for target in np.split(both_targets.truth, 2, axis=-1))
        squares = squares + variables.T @ variables
        products, guessed = products + variables.T @ truth, guessed + variables.T @ guess
        seen += len(variables)
        if seen >= PIXELS:
            break
    # Images of zeros must not make it singular.
    weights = max(np.trace(squares) / len(squares), 1e-9 * seen) * np.eye(len(squares))
    guess = np.linalg.solve(squares + GUESS_RIDGE * weights, guessed)
    missing = products - squares @ guess
    kernels = [guess, *(guess + np.linalg.solve(squares + ridge * weights, missing) for ridge in RIDGES)]
    return [kernel.reshape(side, side, -1, kernel.shape[1]).astype(np.float32) for kernel in kernels]


def _squares(image, scale):
    """`cscfuse_keras.layers.space_to_depth` of one image."""
    height, width, channels = image.shape
    pixels = image.reshape(height // scale, scale, width // scale, scale, channels)
    return pixels.transpose(0, 2, 1, 3, 4).reshape(height // scale, width // scale, -1)


def _neighbourhoods(image, side):
    """The side x side pixels around each, as channels; the border is mirrored, as the network's is."""
    radius = side // 2
    padded = np.pad(image, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    height, width = image.shape[:2]
    shifted = [padded[top : top + height, left : left + width] for top in range(side) for left in range(side)]
    return np.concatenate(shifted, axis=-1)
