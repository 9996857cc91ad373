"""Fusion of infrared and visible images by anisotropic diffusion and the Karhunen-Loeve transform (ADKT)."""

import numpy as np

from cscfuse_keras.baselines.pairs import check_pair

STEPS, STEP, CONDUCTANCE = 10, 0.15, 30 / 255


class AnisotropicDiffusionFuser:
    """Takes the mean of what diffusion leaves, and the combination of details along their principal axis.

    ADKT, ADF in some comparisons: Bavirisetti, Dhuli, Fusion of Infrared and Visible Sensor Images Based on Anisotropic
    Diffusion and Karhunen-Loeve Transform, IEEE Sensors Journal 16(1), 2016. The diffusion is that of Perona and Malik,
    IEEE Transactions on Pattern Analysis and Machine Intelligence 12(7), 1990: 10 steps of 0.15 with conduction
    exp(-(gradient / 30)^2), in grey levels of 8 bits. The axis' components are taken by magnitude: those of details
    that oppose each other differ in sign, and could not be made to sum to one.
    """

    name = "ADKT"

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
        images = np.stack([infrared, visible])
        bases = np.stack([diffused(image) for image in images])
        details = images - bases
        fused = bases.mean(axis=0) + np.tensordot(_principal_weights(details), details, axes=1)
        return np.clip(fused, 0, 1)


def diffused(image: np.ndarray) -> np.ndarray:
    """A float32 image (height, width) in [0, 1], smoothed but for its edges; nothing flows through the border."""
    image = image.copy()
    for _ in range(STEPS):
        change = np.zeros_like(image)
        for axis in (0, 1):
            difference = np.diff(image, axis=axis)
            flow = np.exp(-((difference / np.float32(CONDUCTANCE)) ** 2)) * difference
            change += np.diff(flow, axis=axis, prepend=np.float32(0), append=np.float32(0))
        image += np.float32(STEP) * change
    return image


def _principal_weights(details):
    """Of the two details, in proportion to the magnitudes of their covariance's first eigenvector; of sum one."""
    axis = np.abs(np.linalg.eigh(np.cov(details.reshape(2, -1), bias=True))[1][:, -1])
    return (axis / axis.sum()).astype(np.float32)
