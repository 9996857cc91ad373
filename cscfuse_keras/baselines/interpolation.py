"""Plain enlargement of images of many bands: what fusion has to beat."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from cscfuse_keras.baselines.guided import check_sizes
from pipelines.wald import Wald


class InterpolationFuser:
    """Enlarges the low-resolution image, and leaves the guide out of account.

    Args:
        degradation: how the low-resolution image came about: the scale, and where its samples lie.
        kernel: `"bilinear"`, or `"bicubic"` of Keys, IEEE Transactions on Acoustics, Speech, and Signal Processing
            29(6), 1981 (a = -0.5).
    """

    def __init__(self, degradation: Wald, kernel: Literal["bilinear", "bicubic"] = "bicubic"):
        self.degradation, self.kernel = degradation, kernel
        self.name = kernel

    def fuse(self, low_resolution: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Enlarge an image to the size of its guide.

        Args:
            low_resolution: float32 (height, width, bands) in [0, 1].
            guide: (scale * height, scale * width, channels).

        Returns:
            float32 array (scale * height, scale * width, bands) in [0, 1], clipped.

        Raises:
            InputError: the guide is not `scale` times as high and wide.
        """
        check_sizes(low_resolution, guide, self.degradation.scale)
        return np.clip(enlarged(low_resolution, self.degradation, self.kernel), 0, 1)


def enlarged(image: np.ndarray, degradation: Wald, kernel: Literal["bilinear", "bicubic"] = "bicubic") -> np.ndarray:
    """An image (height, width, bands) on the grid that it was degraded from; outside, the nearest sample counts."""
    rows, columns = (_interpolation(size, degradation, KERNELS[kernel]) for size in image.shape[:2])
    return np.einsum("yh,hxb->yxb", rows, np.einsum("xw,hwb->hxb", columns, image, optimize=True), optimize=True)


def _interpolation(size, degradation, kernel):
    """float32 matrix (scale * size, size) of the weights of samples."""
    scale = degradation.scale
    # A low-resolution sample lies on the first of scale pixels, or in the middle of them.
    first = 0 if degradation.method == "nearest" else (scale - 1) / 2
    places = (np.arange(scale * size) - first) / scale
    nearest = np.floor(places).astype(int)
    matrix = np.zeros((scale * size, size), np.float32)
    for neighbour in range(-1, 3):
        sample = nearest + neighbour
        weights = kernel(np.abs(places - sample))
        np.add.at(matrix, (np.arange(scale * size), np.clip(sample, 0, size - 1)), weights)
    return matrix


def _bilinear(distance):
    return np.maximum(1 - distance, 0)


def _bicubic(distance):
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0))


KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"bilinear": _bilinear, "bicubic": _bicubic}
