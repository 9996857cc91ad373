"""Sharpening by a generalized Laplacian pyramid (GLP) whose filters are matched to the sensor."""

import numpy as np

from cscfuse_keras.baselines.guided import check_sizes, low_guides, predicted, regression
from cscfuse_keras.baselines.interpolation import enlarged
from pipelines.wald import Wald


class GLPFuser:
    """Adds to each band the detail that the guide has beyond the band's resolution, by regression.

    MTF-GLP with regression-based injection: Aiazzi et al., MTF-tailored multiscale fusion of high-resolution MS and
    Pan imagery, Photogrammetric Engineering and Remote Sensing 72(5), 2006; the gain is that of the regression of the
    band on the low-passed guide over the whole image (Vivone et al., IEEE Transactions on Geoscience and Remote
    Sensing 53(5), 2015). For a guide of several channels it is hyper-sharpening by synthesised bands (Selva et al.,
    Hyper-Sharpening: A First Approach on SIM-GA Data, IEEE Journal of Selected Topics in Applied Earth Observations and
    Remote Sensing 8(6), 2015): each band gets the combination of all channels that resembles it most.

    Args:
        degradation: how the low-resolution image came about: scale, filters and where its samples lie.
    """

    name = "MTF-GLP"

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
        low_guide = low_guides(guide, low_resolution.shape[2], self.degradation)
        fused = enlarged(low_resolution, self.degradation)
        for k in range(fused.shape[2]):
            injection = regression(low_resolution[..., k], low_guide[..., k, :])
            detail = guide - enlarged(low_guide[..., k, :], self.degradation)
            fused[..., k] += predicted(detail, injection) - np.float32(injection[-1])
        return np.clip(fused, 0, 1)
