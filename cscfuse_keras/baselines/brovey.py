"""Sharpening by Brovey's ratio."""

import numpy as np

from cscfuse_keras.baselines.guided import check_sizes, low_guides
from cscfuse_keras.baselines.interpolation import enlarged
from pipelines.wald import Wald


class BroveyFuser:
    """Multiplies all bands by the guide over their mean, so that the proportions of bands stay.

    Gillespie, Kahle, Walker, Color Enhancement of Highly Correlated Images II, Remote Sensing of Environment 22(3),
    1987, with equal weights of bands. The guide is given the mean and the deviation of the bands' mean first, compared
    at low resolution: Vivone et al., A Critical Comparison Among Pansharpening Algorithms, IEEE Transactions on
    Geoscience and Remote Sensing 53(5), 2015. A guide of several channels counts by their mean.

    Args:
        degradation: how the low-resolution image came about: scale, filters and where its samples lie.
    """

    name = "Brovey"

    def __init__(self, degradation: Wald):
        self.degradation = degradation

    def fuse(self, low_resolution: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Fuse an image with its guide.

        Args:
            low_resolution: float32 (height, width, bands) in [0, 1].
            guide: float32 (scale * height, scale * width, channels) in [0, 1].

        Returns:
            float32 array (scale * height, scale * width, bands) in [0, 1], clipped.

        Raises:
            InputError: the guide is not `scale` times as high and wide, or the sensor has another number of bands.
        """
        check_sizes(low_resolution, guide, self.degradation.scale)
        guide = guide.mean(axis=2, keepdims=True)
        low_intensity = low_resolution.mean(axis=2)
        low_guide = low_guides(guide, low_resolution.shape[2], self.degradation).mean(axis=(2, 3))
        deviation = low_guide.std()
        gain = low_intensity.std() / deviation if deviation > 1e-6 else np.float32(0)
        matched = np.maximum(low_intensity.mean() + gain * (guide - low_guide.mean()), 0)
        bands = np.maximum(enlarged(low_resolution, self.degradation), 0)
        intensity = bands.mean(axis=2, keepdims=True)
        return np.clip(bands * (matched / np.maximum(intensity, 1e-6)), 0, 1)
