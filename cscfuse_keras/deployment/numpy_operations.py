"""The operations of networks by NumPy: slow, at once, for images of any size."""

from collections.abc import Sequence

import numpy as np

from cscfuse_keras.deployment.folding import Convolution


class NumPyOperations:
    """See `cscfuse_keras.deployment.operations.Operations`; images are float32 arrays (1, height, width, channels)."""

    def convolve(self, images, convolution: Convolution):
        """Cross-correlation."""
        side = len(convolution.kernel)
        padded = _padded(images, convolution.radius, "reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), (1, 2))
        result = np.einsum("bhwcyx,yxcf->bhwf", windows, convolution.kernel, optimize=True)
        return result if convolution.bias is None else result + convolution.bias

    def soft_threshold(self, images, threshold: np.ndarray):
        """Soft shrinkage."""
        return np.sign(images) * np.maximum(np.abs(images) - threshold, 0)

    def two_slopes(self, images, positive: np.ndarray, negative: np.ndarray):
        """Slopes a channel."""
        return positive * np.maximum(images, 0) + negative * np.minimum(images, 0)

    def scale(self, images, factors: np.ndarray):
        """Multiply channels."""
        return images * factors

    def concatenate(self, images: Sequence):
        """Join channels."""
        return np.concatenate(list(images), axis=-1)

    def box_mean(self, images, radius: int, border: str):
        """Mean over a square."""
        side = 2 * radius + 1
        windows = np.lib.stride_tricks.sliding_window_view(_padded(images, radius, border), (side, side), (1, 2))
        return windows.mean(axis=(4, 5), dtype=np.float32)

    def resize(self, images, rows, columns):
        """Resize by matrices."""
        return np.einsum("byr,brcv,bxc->byxv", rows, images, columns, optimize=True)

    def neighbours(self, images, axis: int, radius: int):
        """Shifted images."""
        widths = [(0, 0)] * 4
        widths[axis + 1] = radius, radius
        padded = np.pad(images, widths)
        length = images.shape[axis + 1]
        return [padded.take(range(k, k + length), axis + 1) for k in range(2 * radius + 1)]

    def ones(self, images):
        """A channel of ones."""
        return np.ones_like(images[..., :1])

    def magnitude(self, images):
        """Absolute values."""
        return np.abs(images)

    def sigmoid(self, images):
        """Logistic function."""
        return np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * images))


def _padded(images, radius: int, border: str):
    """Borders go back and forth as often as needed, as in `cscfuse_keras.layers.padding`."""
    return np.pad(images, [(0, 0), (radius, radius), (radius, radius), (0, 0)], mode=border)
