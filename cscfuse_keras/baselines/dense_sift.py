"""Exposure fusion by the activity of dense SIFT descriptors (DSIFT-EF)."""

from collections.abc import Sequence

import cv2
import numpy as np

from cscfuse_keras.baselines.domain_transform import recursive_filter
from cscfuse_keras.io import to_unit
from cscfuse_keras.tasks.exposures import check_stack

CELLS, CELL_SIDE = 4, 4
DARKEST, BRIGHTEST = 0.05, 0.95
SPATIAL_DEVIATION, RANGE_DEVIATION = 100.0, 4.0


class DenseSiftFuser:
    """Takes each pixel from the well exposed image of most local contrast; the weights are smoothed along edges.

    DSIFT-EF: Liu, Wang, Dense SIFT for Ghost-Free Multi-Exposure Fusion, Journal of Visual Communication and Image
    Representation 31, 2015, for static scenes: the winner takes all, and its further term against ghosts, by the
    similarity of descriptors, is left out. Local contrast is the l1 norm of the descriptor before normalisation; well
    exposed are grey values from 0.05 to 0.95; the weights go through the recursive filter of `domain_transform`.
    """

    name = "DSIFT-EF"

    def fuse(self, exposures: Sequence[np.ndarray], full_scale: float = 1.0) -> np.ndarray:
        """Fuse registered exposures of a scene, at least two, in any order.

        Args:
            exposures: each (height, width) or RGB (height, width, 3), of one size and dtype, in [0, `full_scale`].
            full_scale: the sample value that means 1.0.

        Returns:
            float32 array (height, width, 3) in [0, 1], clipped; (height, width) if all exposures are grey.

        Raises:
            InputError: fewer than two exposures, or of different sizes or dtypes.
        """
        check_stack(exposures, [f"exposures[{k}]" for k in range(len(exposures))])
        images = [np.float32(to_unit(exposure, full_scale)) for exposure in exposures]
        greys = [image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images]
        measures = np.stack([descriptor_norm(grey) * _well_exposed(grey) for grey in greys])
        winners = np.float32(measures == measures.max(axis=0))
        weights = np.stack(
            [
                recursive_filter(winner / winners.sum(axis=0), grey, SPATIAL_DEVIATION, RANGE_DEVIATION)
                for winner, grey in zip(winners, greys, strict=True)
            ]
        )
        weights /= weights.sum(axis=0)
        if any(image.ndim == 3 for image in images):
            images = [image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) for image in images]
            weights = weights[..., np.newaxis]
        return np.clip(sum(weight * image for weight, image in zip(weights, images, strict=True)), 0, 1)


def descriptor_norm(grey: np.ndarray) -> np.ndarray:
    """Sum over the SIFT descriptor around each pixel: 4 x 4 cells of 4 x 4 pixels, not weighted, not normalised.

    A gradient is shared among the nearest orientations and cells by weights of sum one. The sum over orientations is
    thus the gradient's magnitude, and that over the cells of a row the trapezoid of their overlapping triangles.

    Args:
        grey: float32 (height, width).

    Returns:
        float32 array (height, width).
    """
    down, right = (cv2.Sobel(grey, cv2.CV_32F, x, 1 - x, ksize=1, scale=0.5) for x in (0, 1))
    reach = CELLS * CELL_SIDE // 2 + CELL_SIDE // 2
    shares = np.clip((reach - np.abs(np.arange(-reach, reach + 1))) / CELL_SIDE, 0, 1)
    return cv2.sepFilter2D(np.hypot(down, right), cv2.CV_32F, shares, shares, borderType=cv2.BORDER_REFLECT)


def _well_exposed(grey):
    return (grey > DARKEST) & (grey < BRIGHTEST)
