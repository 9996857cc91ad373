"""The operations of networks by TensorFlow, in the form that LiteRT runs fast, with builtin operators alone.

Borders are slices put beside the image, since XNNPACK does not run MIRROR_PAD; shapes are never computed in the graph,
so that files keep resizable inputs and static shapes inside.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.folding import Convolution


class TensorFlowOperations:
    """See `cscfuse_keras.deployment.operations.Operations`; images are tensors (batch, height, width, channels)."""

    def convolve(self, images, convolution: Convolution):
        """Cross-correlation."""
        if steps := convolution.in_two_steps:
            result = _valid(extended(_valid(images, steps[0]), convolution.radius, "reflect"), steps[1])
        else:
            result = _valid(extended(images, convolution.radius, "reflect"), convolution)
        return result if convolution.bias is None else result + convolution.bias

    def soft_threshold(self, images, threshold: np.ndarray):
        """Soft shrinkage."""
        kept = np.maximum(threshold, 0)
        shrunk = images - tf.minimum(tf.maximum(images, -kept), kept)
        return shrunk if (threshold >= 0).all() else shrunk + np.maximum(-threshold, 0) * tf.sign(images)

    def two_slopes(self, images, positive: np.ndarray, negative: np.ndarray):
        """Slopes a channel."""
        if (positive == 1).all():
            return tf.nn.relu(images) + negative * tf.minimum(images, 0.0)
        return (positive - negative) * tf.nn.relu(images) + negative * images

    def scale(self, images, factors: np.ndarray):
        """Multiply channels."""
        return factors * images

    def concatenate(self, images: Sequence):
        """Join channels."""
        return tf.concat(images, -1)

    def box_mean(self, images, radius: int, border: str):
        """Mean over a square."""
        side = 2 * radius + 1
        for axis, window in ((1, (side, 1)), (2, (1, side))):
            images = tf.nn.avg_pool2d(_extended_axis(images, axis, radius, border), window, 1, "VALID")
        return images

    def resize(self, images, rows, columns):
        """Resize by matrices."""
        wide = tf.matmul(columns[:, tf.newaxis], images)
        return tf.transpose(tf.matmul(rows[:, tf.newaxis], tf.transpose(wide, (0, 2, 1, 3))), (0, 2, 1, 3))

    def neighbours(self, images, axis: int, radius: int):
        """Shifted images."""
        widths, before = [[0, 0]] * 4, (slice(None),) * (axis + 1)
        widths[axis + 1] = [radius, radius]
        padded = tf.pad(images, widths)
        return [padded[(*before, slice(k, (k - 2 * radius) or None))] for k in range(2 * radius + 1)]

    def ones(self, images):
        """A channel of ones."""
        return 0 * images[..., :1] + 1

    def magnitude(self, images):
        """Absolute values."""
        return tf.abs(images)

    def sigmoid(self, images):
        """Logistic function."""
        return tf.sigmoid(images)


def _valid(images, convolution):
    return tf.nn.conv2d(images, convolution.kernel, 1, "VALID")


def extended(images, radius: int, border: str):
    """Height and width of images (batch, height, width, channels) extended by `radius` pixels on each side.

    Args:
        images: tensor whose height and width are more than `radius`.
        radius: pixels added on each side.
        border: `"reflect"`, `"symmetric"` or `"edge"`, see `layers.padding`.
    """
    return _extended_axis(_extended_axis(images, 1, radius, border), 2, radius, border)


def _extended_axis(images, axis, radius, border):
    if radius == 0:
        return images

    def part(start, stop):
        return images[(slice(None),) * axis + (slice(start, stop),)]

    skipped = 1 if border == "reflect" else 0
    if border == "edge":
        before, after = [part(0, 1)] * radius, [part(-1, None)] * radius
    elif radius == 1:
        before, after = [part(skipped, skipped + 1)], [part(-skipped - 1, -skipped or None)]
    else:
        # Not tf.reverse, which ONNX Runtime and OpenVINO do not run with unknown sizes.
        back = list(reversed(range(radius)))
        before = [tf.gather(part(skipped, radius + skipped), back, axis=axis)]
        after = [tf.gather(part(-radius - skipped, -skipped or None), back, axis=axis)]
    return tf.concat([*before, images, *after], axis)
