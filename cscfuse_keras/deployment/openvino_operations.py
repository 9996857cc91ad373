"""The operations of networks by OpenVINO."""

from collections.abc import Sequence

import numpy as np
from openvino import opset13 as opset

from cscfuse_keras.deployment.folding import Convolution

# OpenVINO keeps channels before height and width.
_CHANNELS = 1


class OpenVINOOperations:
    """See `cscfuse_keras.deployment.operations.Operations`; images are nodes (1, channels, height, width)."""

    def convolve(self, images, convolution: Convolution):
        """Cross-correlation."""
        if steps := convolution.in_two_steps:
            result = _valid(_reflected(_valid(images, steps[0]), convolution.radius), steps[1])
        else:
            result = _valid(_reflected(images, convolution.radius), convolution)
        return result if convolution.bias is None else opset.add(result, _by_channel(convolution.bias))

    def soft_threshold(self, images, threshold: np.ndarray):
        """Soft shrinkage."""
        kept = np.maximum(threshold, 0)
        limited = opset.minimum(opset.maximum(images, _by_channel(-kept)), _by_channel(kept))
        shrunk = opset.subtract(images, limited)
        if (threshold >= 0).all():
            return shrunk
        return opset.add(shrunk, opset.multiply(opset.sign(images), _by_channel(np.maximum(-threshold, 0))))

    def two_slopes(self, images, positive: np.ndarray, negative: np.ndarray):
        """Slopes a channel."""
        if (positive == 1).all():
            return opset.prelu(images, opset.constant(negative))
        above = opset.multiply(opset.relu(images), _by_channel(positive - negative))
        return opset.add(above, opset.multiply(images, _by_channel(negative)))

    def scale(self, images, factors: np.ndarray):
        """Multiply channels."""
        # In two halves, which OpenVINO does not fuse into the convolution before: codes that leave the graph would
        # then have to change their layout, which takes longer than a whole unit.
        above, below = opset.relu(images), opset.minimum(images, opset.constant(np.float32(0)))
        return opset.add(opset.multiply(above, _by_channel(factors)), opset.multiply(below, _by_channel(factors)))

    def concatenate(self, images: Sequence):
        """Join channels."""
        return opset.concat(list(images), _CHANNELS)

    def box_mean(self, images, radius: int, border: str):
        """Mean over a square."""
        for axis in (0, 1):
            window, padding = [1, 1], [0, 0]
            window[axis], padding[axis] = 2 * radius + 1, radius
            padded = opset.pad(images, [0, 0, *padding], [0, 0, *padding], border)
            images = opset.avg_pool(padded, [1, 1], [0, 0], [0, 0], window, True)
        return images

    def resize(self, images, rows, columns):
        """Resize by matrices."""
        return opset.matmul(opset.matmul(rows, images, False, False), columns, False, True)

    def neighbours(self, images, axis: int, radius: int):
        """Shifted images."""
        axis, widths = axis + 2, [0, 0, 0, 0]
        widths[axis] = radius
        padded = opset.pad(images, widths, widths, "constant", opset.constant(np.float32(0)))
        # The last one ends with the image.
        stops = [*range(-2 * radius, 0), np.iinfo(np.int64).max]
        return [opset.slice(padded, [k], [stop], [1], [axis]) for k, stop in enumerate(stops)]

    def ones(self, images):
        """A channel of ones."""
        first = opset.slice(images, [0], [1], [1], [_CHANNELS])
        return opset.broadcast(opset.constant(np.float32(1)), opset.shape_of(first))

    def magnitude(self, images):
        """Absolute values."""
        return opset.abs(images)

    def sigmoid(self, images):
        """Logistic function."""
        return opset.sigmoid(images)


def _valid(images, convolution):
    weights = opset.constant(np.ascontiguousarray(convolution.kernel.transpose(3, 2, 0, 1)))
    return opset.convolution(images, weights, [1, 1], [0, 0], [0, 0], [1, 1])


def _reflected(images, radius):
    return opset.pad(images, [0, 0, radius, radius], [0, 0, radius, radius], "reflect") if radius else images


def _by_channel(values):
    return opset.constant(np.asarray(values, np.float32).reshape(1, -1, 1, 1))
