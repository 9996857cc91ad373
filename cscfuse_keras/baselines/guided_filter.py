"""Fusion of infrared and visible images by weights that a guided filter smooths (GFF)."""

import cv2
import numpy as np

from cscfuse_keras.baselines.pairs import check_pair

AVERAGE_SIDE = 31
SALIENCY_SIDE, SALIENCY_DEVIATION = 11, 5.0
BASE_RADIUS, BASE_EPSILON = 45, 0.3
DETAIL_RADIUS, DETAIL_EPSILON = 7, 1e-6


class GuidedFilterFuser:
    """Weights base and detail of each image by where it is the more salient, smoothed along its own edges.

    GFF: Li, Kang, Hu, Image Fusion with Guided Filtering, IEEE Transactions on Image Processing 22(7), 2013, with the
    paper's settings. Weights below zero, which the filter can give, count as zero before the sum is made one.
    """

    name = "GFF"

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
        images = np.stack([infrared, visible]).astype(np.float64)
        bases = np.stack(
            [cv2.blur(image, (AVERAGE_SIDE, AVERAGE_SIDE), borderType=cv2.BORDER_REFLECT) for image in images]
        )
        saliencies = np.stack([_saliency(image) for image in images])
        winners = (saliencies == saliencies.max(axis=0)).astype(np.float64)
        fused = np.zeros(infrared.shape)
        for layers, radius, epsilon in (
            (bases, BASE_RADIUS, BASE_EPSILON),
            (images - bases, DETAIL_RADIUS, DETAIL_EPSILON),
        ):
            weights = [guided_filter(*pair, radius, epsilon) for pair in zip(winners, images, strict=True)]
            fused += np.sum(_normalised(np.stack(weights)) * layers, axis=0)
        return np.clip(fused, 0, 1).astype(np.float32)


def guided_filter(image: np.ndarray, guide: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Smooth an image along the edges of another: He, Sun, Tang, Guided Image Filtering, PAMI 35(6), 2013, eq. 5 to 8.

    Args:
        image: float64 (height, width).
        guide: float64 (height, width).
        radius: of the square windows, which the border cuts.
        epsilon: variances of the guide below this are smoothed over.

    Returns:
        float64 array (height, width).
    """
    side = (2 * radius + 1, 2 * radius + 1)

    def sums(values):
        return cv2.boxFilter(values, cv2.CV_64F, side, normalize=False, borderType=cv2.BORDER_CONSTANT)

    counts = sums(np.ones_like(guide))
    mean, guide_mean = sums(image) / counts, sums(guide) / counts
    covariance = sums(image * guide) / counts - mean * guide_mean
    variance = np.maximum(sums(guide**2) / counts - guide_mean**2, 0)
    slope = covariance / (variance + epsilon)
    return sums(slope) / counts * guide + sums(mean - slope * guide_mean) / counts


def _saliency(image):
    detail = np.abs(cv2.Laplacian(image, cv2.CV_64F, ksize=1))
    return cv2.GaussianBlur(detail, (SALIENCY_SIDE, SALIENCY_SIDE), SALIENCY_DEVIATION)


def _normalised(weights):
    """Of sum one; equal where all are zero."""
    weights = np.maximum(weights, 0) + 1e-12
    return weights / weights.sum(axis=0)
