"""The brighter of infrared and visible image: whatever glows stays, shadows do not."""

import numpy as np

from cscfuse_keras.baselines.pairs import check_pair


class MaximumFuser:
    """Takes the larger value of both images at each pixel."""

    name = "maximum"

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
        return np.clip(np.maximum(infrared, visible), 0, 1)
