"""Guided filters of one source on the host, in buffers kept from call to call.

Most of their time goes to the running sums of OpenCV's box filter, where each addition of a row waits for the one
before. Four planes interleaved as channels are four such sums at once, a third faster than plane by plane.
"""

import cv2
import numpy as np


class HostGuidedFilter:
    """Guided filter (He et al. 2013) of one source by two guides.

    Args:
        shape: (height, width, planes) of guides and source; each plane is filtered on its own.
        radius: half side of the window, in pixels; the border is symmetric.
        epsilon: regularisation.
    """

    def __init__(self, shape: tuple[int, int, int], radius: int, epsilon: float):
        """Allocate the buffers; see the class."""
        self._side = (2 * radius + 1, 2 * radius + 1)
        self._epsilon = np.float32(epsilon)
        self._products = [np.empty(shape, np.float32) for _ in range(2)]
        self._means = [np.empty(shape, np.float32) for _ in range(2)]
        self._square = np.empty(shape, np.float32)

    def __call__(self, guides: list[np.ndarray], source: np.ndarray) -> list[np.ndarray]:
        """Filter a source by two guides.

        Args:
            guides: two float32 arrays of the filter's shape.
            source: float32 array of the filter's shape; its mean takes its place.

        Returns:
            The source filtered by each guide; the next call overwrites them.
        """
        for guide, product in zip(guides, self._products, strict=True):
            cv2.multiply(guide, source, product, scale=-1)
        self._average(source, source)
        for guide, product, mean in zip(guides, self._products, self._means, strict=True):
            self._filter(guide, source, product, mean)
        return self._means

    def _average(self, planes, average):
        cv2.boxFilter(planes, -1, self._side, average, borderType=cv2.BORDER_REFLECT)

    def _filter(self, guide, mean_source, product, mean):
        """The filtered source in `mean`, from `product`, minus guide times source.

        The products carry a minus because OpenCV's one operation that multiplies and adds in a pass cannot subtract.
        """
        square = self._square
        cv2.multiply(guide, guide, square, scale=-1)
        self._average(guide, mean)
        self._average(product, product)
        self._average(square, square)
        cv2.accumulateProduct(mean, mean_source, product)
        cv2.accumulateSquare(mean, square)
        square -= self._epsilon
        slope = np.divide(product, square, out=product)
        np.multiply(slope, mean, out=square)
        offset = np.subtract(mean_source, square, out=mean)
        self._average(slope, slope)
        self._average(offset, offset)
        cv2.accumulateProduct(slope, guide, offset)
