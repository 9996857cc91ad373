"""Means, variances and covariances of images of many bands in square blocks side by side."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.unit_cubes import Cube


class BlockMoments(NamedTuple):
    """Moments of two images by block.

    Attributes:
        first_mean: (blocks, bands of the first image).
        second_mean: (blocks, bands of the second image).
        first_variance: as `first_mean`.
        second_variance: as `second_mean`.
        covariance: (blocks, bands of the first image, bands of the second image).
    """

    first_mean: npt.NDArray[np.float64]
    second_mean: npt.NDArray[np.float64]
    first_variance: npt.NDArray[np.float64]
    second_variance: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]


def block_moments(first: Cube, second: Cube, side: int) -> BlockMoments:
    """Moments in blocks of side x side pixels; the image is mirrored beyond its right and bottom edge to fill them.

    Args:
        first: array (height, width, bands).
        second: array (height, width, other bands).
        side: of the blocks, in pixels.
    """
    blocks = [_blocks(image, side) for image in (first, second)]
    first_mean, second_mean = (pixels.mean(axis=1) for pixels in blocks)
    first_rest, second_rest = (pixels - pixels.mean(axis=1, keepdims=True) for pixels in blocks)
    return BlockMoments(
        first_mean,
        second_mean,
        np.mean(first_rest**2, axis=1),
        np.mean(second_rest**2, axis=1),
        first_rest.transpose(0, 2, 1) @ second_rest / side**2,
    )


def quotient_or_one(
    numerator: npt.NDArray[np.float64], denominator: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Quotients of moments; 1 where both are 0, as they are of blocks that are flat or black in both images."""
    # Rounding leaves a flat block a variance of about 1e-33.
    return np.divide(numerator, denominator, out=np.ones_like(numerator), where=denominator > 1e-24)


def _blocks(image, side):
    """Array (blocks, pixels, bands)."""
    beyond = [(0, -size % side) for size in image.shape[:2]]
    padded = np.pad(image, (*beyond, (0, 0)), mode="symmetric")
    rows, columns = (size // side for size in padded.shape[:2])
    tiles = padded.reshape(rows, side, columns, side, -1).swapaxes(1, 2)
    return tiles.reshape(rows * columns, side * side, -1)
