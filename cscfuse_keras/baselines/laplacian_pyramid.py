"""Fusion of infrared and visible images in Laplacian pyramids."""

import cv2
import numpy as np

from cscfuse_keras.baselines.pairs import check_pair


class LaplacianPyramidFuser:
    """Keeps at each scale and place the detail of larger magnitude, and the mean of what is left.

    The pyramid of Burt and Adelson, The Laplacian Pyramid as a Compact Image Code, IEEE Transactions on Communications
    31(4), 1983, with OpenCV's kernel (a = 3/8 in the paper's terms); the choice of the larger magnitude is that of
    Burt, The Pyramid as a Structure for Efficient Computation, 1984.

    Args:
        levels: scales of detail, each half as fine as the one before; small images have fewer.
    """

    name = "Laplacian pyramid"

    def __init__(self, levels: int = 4):
        self.levels = levels

    def fuse(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse a registered pair.

        Args:
            infrared: float32 (height, width) in [0, 1].
            visible: luma, of the same shape and range.

        Returns:
            float32 array (height, width) in [0, 1], clipped.

        Raises:
            InputError: the images are not grey or differ in size.
        """
        check_pair(infrared, visible)
        (*first, first_base), (*second, second_base) = (_pyramid(image, self.levels) for image in (infrared, visible))
        fused = (first_base + second_base) / 2
        for one, other in zip(reversed(first), reversed(second), strict=True):
            fused = _doubled(fused, one.shape) + np.where(np.abs(one) >= np.abs(other), one, other)
        return np.clip(fused, 0, 1)


def _pyramid(image, levels):
    """Details from fine to coarse, then what is left."""
    details = []
    while len(details) < levels and min(image.shape) > 1:
        coarse = cv2.pyrDown(image)
        details.append(image - _doubled(coarse, image.shape))
        image = coarse
    return [*details, image]


def _doubled(image, shape):
    return cv2.pyrUp(image, dstsize=shape[::-1])
