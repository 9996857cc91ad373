"""Two-scale fusion of infrared and visible images by saliency (SDF)."""

import cv2
import numpy as np

from cscfuse_keras.baselines.pairs import check_pair

MEAN_SIDE, MEDIAN_SIDE = 35, 3


class SaliencyFuser:
    """Weights the details by saliency, the distance of an image's median from its mean, and averages the bases.

    SDF, TIF in some comparisons: Bavirisetti, Dhuli, Two-Scale Image Fusion of Visible and Infrared Images Using
    Saliency Detection, Infrared Physics & Technology 76, 2016, with mean windows of 35 x 35 and medians of 3 x 3.
    """

    name = "SDF"

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
        images = np.stack([infrared, visible]).astype(np.float32)
        bases = np.stack([cv2.blur(image, (MEAN_SIDE, MEAN_SIDE), borderType=cv2.BORDER_REFLECT) for image in images])
        medians = np.stack([cv2.medianBlur(image, MEDIAN_SIDE) for image in images])
        saliencies = np.abs(bases - medians) + np.float32(1e-6)  # Equal weights where nothing stands out.
        weights = saliencies / saliencies.sum(axis=0)
        return np.clip(bases.mean(axis=0) + np.sum(weights * (images - bases), axis=0), 0, 1)
