"""Fusion of infrared and visible images by the discrete wavelet transform; needs PyWavelets, the extra `wavelets`."""

import cv2
import numpy as np

from cscfuse_keras.baselines.pairs import check_pair
from cscfuse_keras.errors import EnvironmentProblem

WINDOW = (5, 5)


class WaveletFuser:
    """Keeps the wavelet coefficients of the image that is more active around them, and the mean of the coarse rest.

    Li, Manjunath, Mitra, Multisensor Image Fusion Using the Wavelet Transform, Graphical Models and Image Processing
    57(3), 1995: activity is the largest magnitude in a window of 5 x 5 coefficients, and the decision is verified by
    the majority in such a window. The rest is averaged, as is usual for sensors of different kinds.

    Args:
        wavelet: as PyWavelets calls it.
        levels: scales of detail, each half as fine as the one before; small images have fewer.
    """

    name = "DWT"

    def __init__(self, wavelet: str = "db2", levels: int = 4):
        self.wavelet, self.levels = wavelet, levels

    def fuse(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse a registered pair.

        Args:
            infrared: float32 (height, width) in [0, 1].
            visible: luma, of the same shape and range.

        Returns:
            float32 array (height, width) in [0, 1], clipped.

        Raises:
            InputError: the images are not grey or differ in size.
            EnvironmentProblem: PyWavelets is not installed.
        """
        check_pair(infrared, visible)
        pywt = _pywavelets()
        levels = min(self.levels, pywt.dwtn_max_level(infrared.shape, self.wavelet))
        (base, *details), (other_base, *other_details) = (
            pywt.wavedec2(image, self.wavelet, level=levels) for image in (infrared, visible)
        )
        chosen = [
            tuple(_more_active(*pair) for pair in zip(*scales, strict=True))
            for scales in zip(details, other_details, strict=True)
        ]
        fused = pywt.waverec2([(base + other_base) / 2, *chosen], self.wavelet)
        height, width = infrared.shape  # The transform back has an even number of rows and columns.
        return np.clip(fused[:height, :width], 0, 1)


def _more_active(first, second):
    active = _activity(first) >= _activity(second)
    majority = cv2.blur(active.astype(np.float32), WINDOW) > 0.5
    return np.where(majority, first, second)


def _activity(coefficients):
    return cv2.dilate(np.abs(coefficients), np.ones(WINDOW, np.uint8))


def _pywavelets():
    try:
        import pywt
    except ImportError:
        raise EnvironmentProblem(
            "DWT: expected the package PyWavelets, found none; install it with pip install 'cscfuse-keras[wavelets]'"
        ) from None
    return pywt
