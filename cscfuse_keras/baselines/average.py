"""The mean of infrared and visible image: what costs nothing, and loses contrast."""

import numpy as np

from cscfuse_keras.baselines.pairs import check_pair


class AverageFuser:
    """Takes the mean of both images at each pixel."""

    name = "average"

    def fuse(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse a registered pair.

        Args:
            infrared: float32 (height, width) in [0, 1].
            visible: luma, of the same shape and range.

        Returns:
            float32 array (height, width) in [0, 1].

        Raises:
            InputError: the images are not grey or differ in size.
        """
        check_pair(infrared, visible)
        return np.clip((infrared + visible) / 2, 0, 1)
