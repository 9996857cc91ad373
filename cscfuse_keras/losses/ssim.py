"""Structural similarity as a map and as a loss."""

import keras
import numpy as np
from keras import ops

from cscfuse_keras.layers.padding import pad_axis

_C1, _C2 = 0.01**2, 0.03**2
FORMS = ("paper", "release")


def gaussian_taps(window: int, sigma: float) -> np.ndarray:
    """Sampled Gaussian of `window` taps with sum 1; the square window of SSIM is its outer product with itself."""
    offsets = np.arange(window) - (window - 1) / 2
    taps = np.exp(-(offsets**2) / (2 * sigma**2))
    return (taps / taps.sum()).astype("float32")


def gaussian_mean(images, taps, border: str = "reflect"):
    """Weighted mean along height and width of a (batch, height, width, channels) tensor, size kept."""
    radius = len(taps) // 2
    for axis in (1, 2):
        padded = pad_axis(images, axis, radius, border)
        total = None
        for k, tap in enumerate(taps):
            index = [slice(None)] * 4
            index[axis] = slice(k, k - 2 * radius or None)
            part = float(tap) * padded[tuple(index)]
            total = part if total is None else total + part
        images = total
    return images


def ssim_map(target, reconstruction, window: int = 3, sigma: float = 1.5):
    """SSIM index of every pixel (Wang et al. 2004), Gaussian window, reflected borders, data range 1.

    Args:
        target: tensor (batch, height, width, channels) in [0, 1].
        reconstruction: tensor of the same shape.
        window: odd number of taps of the Gaussian.
        sigma: its standard deviation, in pixels.

    Returns:
        Tensor of the inputs' shape, in [-1, 1].
    """
    taps = gaussian_taps(window, sigma)
    mean_t, mean_r = gaussian_mean(target, taps), gaussian_mean(reconstruction, taps)
    variance_t = gaussian_mean(target * target, taps) - mean_t * mean_t
    variance_r = gaussian_mean(reconstruction * reconstruction, taps) - mean_r * mean_r
    covariance = gaussian_mean(target * reconstruction, taps) - mean_t * mean_r
    return ((2 * mean_t * mean_r + _C1) * (2 * covariance + _C2)) / (
        (mean_t * mean_t + mean_r * mean_r + _C1) * (variance_t + variance_r + _C2)
    )


def ssim_dissimilarity(target, reconstruction, window: int = 3, sigma: float = 1.5, form: str = "paper"):
    """Mean structural dissimilarity of each image, shape (batch,).

    Args:
        target: tensor (batch, height, width, channels) in [0, 1].
        reconstruction: tensor of the same shape.
        window: odd number of taps of the Gaussian.
        sigma: its standard deviation, in pixels.
        form: `"paper"`: (1 - SSIM) / 2. `"release"`: clip(1 - SSIM, 0, 1) / 2, which is flat where SSIM < 0.
    """
    dissimilarity = 1 - ssim_map(target, reconstruction, window, sigma)
    if form == "release":
        dissimilarity = ops.clip(dissimilarity, 0, 1)
    return ops.mean(dissimilarity, axis=(1, 2, 3)) / 2


@keras.saving.register_keras_serializable("cscfuse_keras")
class ReconstructionLoss(keras.losses.Loss):
    """MSE + ssim_weight * dissimilarity, the loss of the infrared-visible autoencoder (Zhao et al. 2023, eq. 12).

    Args:
        ssim_weight: lambda of the paper, 5.
        window: taps of the SSIM window.
        form: see `ssim_dissimilarity`.
    """

    def __init__(self, ssim_weight: float = 5.0, window: int = 3, form: str = "paper", name="reconstruction", **kwargs):
        super().__init__(name=name, **kwargs)
        if form not in FORMS:
            raise ValueError(f"form must be one of {', '.join(FORMS)}; received {form!r}")
        self.ssim_weight = ssim_weight
        self.window = window
        self.form = form

    def call(self, y_true, y_pred):
        """Loss of each image, shape (batch,)."""
        error = ops.mean(ops.square(y_true - y_pred), axis=(1, 2, 3))
        return error + self.ssim_weight * ssim_dissimilarity(y_true, y_pred, self.window, form=self.form)

    def get_config(self):
        """Arguments needed to make the loss again."""
        return {
            **super().get_config(),
            "ssim_weight": self.ssim_weight,
            "window": self.window,
            "form": self.form,
        }
