"""Gaussian and Laplacian image pyramids (Burt, Adelson, The Laplacian Pyramid as a Compact Image Code, 1983).

Five binomial taps 1 4 6 4 1 and edge pixels repeated, so that images of any size, also one pixel, have any number of
levels.
"""

import keras
from keras import ops


def halve(images):
    """Low-pass filter and keep every second row and column, from the first on.

    Args:
        images: tensor (batch, height, width, channels).

    Returns:
        Tensor (batch, ceil(height / 2), ceil(width / 2), channels).
    """
    images = ops.convert_to_tensor(images)
    for axis in (1, 2):
        padded = _repeat_edges(images, axis, 2)
        length = 2 * ((ops.shape(images)[axis] + 1) // 2) - 1
        first, second, third, fourth, fifth = (_cut(padded, axis, k, k + length, 2) for k in range(5))
        images = (first + fifth) / 16 + (second + fourth) / 4 + third * (6 / 16)
    return images


def double(images, height, width):
    """Enlarge to a size whose half this is, rounded up; the low-pass filter of `halve` between the samples.

    Args:
        images: tensor (batch, ceil(height / 2), ceil(width / 2), channels).
        height: of the result.
        width: of the result.

    Returns:
        Tensor (batch, height, width, channels).
    """
    images = ops.convert_to_tensor(images)
    for axis, size in ((1, height), (2, width)):
        length = ops.shape(images)[axis]
        padded = _repeat_edges(images, axis, 1)
        before, after = _cut(padded, axis, 0, length), _cut(padded, axis, 2, length + 2)
        even = (before + after) / 8 + images * 0.75
        odd = (images + after) / 2
        shape = list(ops.shape(images))
        shape[axis] = 2 * length
        images = _cut(ops.reshape(ops.stack([even, odd], axis=axis + 1), shape), axis, 0, size)
    return images


def _repeat_edges(images, axis, count):
    first, last = _cut(images, axis, 0, 1), _cut(images, axis, -1, None)
    return ops.concatenate([first] * count + [images] + [last] * count, axis=axis)


def _cut(images, axis, start, stop, step=1):
    index = [slice(None)] * 4
    index[axis] = slice(start, stop, step)
    return images[tuple(index)]


@keras.saving.register_keras_serializable("cscfuse_keras")
class Halve(keras.layers.Layer):
    """Layer form of `halve`."""

    def call(self, images):
        """Halve (batch, height, width, channels)."""
        return halve(images)

    def compute_output_shape(self, input_shape):
        """Half of height and width, rounded up."""
        batch, height, width, channels = input_shape
        return (batch, *(side and (side + 1) // 2 for side in (height, width)), channels)


@keras.saving.register_keras_serializable("cscfuse_keras")
class DoubleLike(keras.layers.Layer):
    """Layer form of `double`; call it with images, and a tensor (batch, height, width, ...) of the size wanted."""

    def call(self, images, like):
        """Enlarge to the size of `like`."""
        return double(images, *ops.shape(like)[1:3])

    def compute_output_shape(self, images_shape, like_shape):
        """Height and width of `like`, batch and channels of the images."""
        return (images_shape[0], *like_shape[1:3], images_shape[3])
