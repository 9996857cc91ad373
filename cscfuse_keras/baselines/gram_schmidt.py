"""Sharpening by Gram and Schmidt's orthogonalisation, the intensity by regression (GSA)."""

import numpy as np

from cscfuse_keras.baselines.guided import check_sizes, low_guides, predicted, regression
from cscfuse_keras.baselines.interpolation import enlarged
from pipelines.wald import Wald


class GramSchmidtFuser:
    """Replaces the bands' component along an intensity by the guide.

    GSA: Aiazzi, Baronti, Selva, Improving component substitution pansharpening through multivariate regression of
    MS + Pan data, IEEE Transactions on Geoscience and Remote Sensing 45(10), 2007. For a guide of several channels,
    each band gets the combination of channels that resembles it most in place of the panchromatic image.

    Args:
        degradation: how the low-resolution image came about: scale, filters and where its samples lie.
    """

    name = "GSA"

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
        bands = range(low_resolution.shape[2])
        combinations = [regression(low_resolution[..., k], low_guide[..., k, :]) for k in bands]
        low_replacements = [predicted(low_guide[..., k, :], combinations[k]) for k in bands]
        fused = enlarged(low_resolution, self.degradation)
        intensities = predicted(fused, regression(np.stack(low_replacements, axis=-1), low_resolution))
        for k in bands:
            gain = _slope(fused[..., k], intensities[..., k])
            fused[..., k] += gain * (predicted(guide, combinations[k]) - intensities[..., k])
        return np.clip(fused, 0, 1)


def _slope(image, variable):
    """Of the regression of an image on one variable; 0 where that is constant."""
    rest = variable - variable.mean(dtype=np.float64)
    variance = np.mean(rest**2)
    return np.float32(np.mean(rest * image) / variance) if variance > 1e-12 else np.float32(0)
