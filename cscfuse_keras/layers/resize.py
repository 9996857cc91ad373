"""Bilinear enlarging and shrinking by whole factors, for images of any size."""

import keras
from keras import ops

GRIDS = ("half_pixel", "co_sited", "align_corners")


def enlarge(images, scale: int, grid: str = "half_pixel"):
    """Bilinear interpolation of a (batch, height, width, channels) tensor to `scale` times its height and width.

    Args:
        images: tensor (batch, height, width, channels).
        scale: whole factor.
        grid: where a pixel of the small image lies in the large one. `"half_pixel"`: it covers a square of
            scale x scale pixels. `"co_sited"`: it lies on the first pixel of that square, as when every `scale`-th
            pixel was taken. `"align_corners"`: the centres of the corner pixels coincide, so that the place depends
            on the size of the image, and tiles differ from the whole.

    Returns:
        Tensor (batch, scale * height, scale * width, channels).
    """
    images = ops.convert_to_tensor(images)
    for axis in (1, 2):
        images = _align_axis(images, axis, scale, 1) if grid == "align_corners" else _enlarge(images, axis, scale, grid)
    return images


def shrink(images, scale: int, grid: str = "half_pixel"):
    """Values of a (batch, height, width, channels) tensor at the places of an image `scale` times smaller.

    Args:
        images: tensor whose height and width are multiples of `scale`.
        scale: whole factor.
        grid: see `enlarge`. `"half_pixel"` is the mean of each square of scale x scale pixels (at scale 2 the same as
            bilinear interpolation; beyond, what avoids aliasing), `"co_sited"` takes every `scale`-th pixel,
            `"align_corners"` interpolates between the two nearest pixels along each axis.

    Returns:
        Tensor (batch, height / scale, width / scale, channels).
    """
    images = ops.convert_to_tensor(images)
    if grid == "co_sited":
        return images[:, ::scale, ::scale]
    if grid == "half_pixel":
        return ops.average_pool(images, scale, scale)
    return _align_axis(_align_axis(images, 1, 1, scale), 2, 1, scale)


def resize_by_matrices(images, rows, columns):
    """Resize a (batch, height, width, channels) tensor by weights of its samples.

    Args:
        images: tensor (batch, height, width, channels).
        rows: tensor (batch, new height, height), the weights of the rows in each row of the result.
        columns: tensor (batch, new width, width), those of the columns.

    Returns:
        Tensor (batch, new height, new width, channels).
    """
    wide = ops.matmul(ops.expand_dims(columns, 1), images)
    tall = ops.matmul(ops.expand_dims(rows, 1), ops.transpose(wide, (0, 2, 1, 3)))
    return ops.transpose(tall, (0, 2, 1, 3))


def _enlarge(images, axis, scale, grid):
    """Interpolate one axis; the samples of one phase are a weighted sum of the image and itself shifted by one."""
    first = (0.5 / scale - 0.5) if grid == "half_pixel" else 0.0
    phases = []
    for k in range(scale):
        place = first + k / scale
        if place == 0:
            phases.append(images)
        else:
            weight = abs(place)
            phases.append((1 - weight) * images + weight * _neighbour(images, axis, 1 if place > 0 else -1))
    shape = list(ops.shape(images))
    shape[axis] *= scale
    return ops.reshape(ops.stack(phases, axis=axis + 1), shape)


def _neighbour(images, axis, step):
    """The next (step 1) or previous (step -1) sample along an axis; the edge is repeated."""

    def part(start, stop):
        return images[(slice(None),) * axis + (slice(start, stop),)]

    parts = [part(1, None), part(-1, None)] if step == 1 else [part(None, 1), part(None, -1)]
    return ops.concatenate(parts, axis=axis)


def _align_axis(images, axis, factor, divisor):
    """Resize one axis so that first and last samples stay: sample i of m is read at i (n - 1) / (m - 1) of n."""
    size = ops.shape(images)[axis]
    resized = size * factor // divisor
    # Whole numbers until the last division: places far along the axis are as exact as the first.
    steps = ops.maximum(resized - 1, 1)
    travelled = ops.arange(resized, dtype="int32") * (size - 1)
    index = travelled // steps
    weight = ops.cast(travelled - index * steps, images.dtype) / ops.cast(steps, images.dtype)
    weight = ops.reshape(weight, (-1,) + (1,) * (len(images.shape) - axis - 1))
    low = ops.take(images, index, axis=axis)
    high = ops.take(images, ops.minimum(index + 1, size - 1), axis=axis)
    return low + weight * (high - low)


class _Resize(keras.layers.Layer):
    def __init__(self, scale: int, grid: str = "half_pixel", **kwargs):
        super().__init__(**kwargs)
        if grid not in GRIDS:
            raise ValueError(f"grid must be one of {', '.join(GRIDS)}; received {grid!r}")
        if scale < 1:
            raise ValueError(f"scale must be at least 1; received {scale}")
        self.scale = scale
        self.grid = grid

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "scale": self.scale, "grid": self.grid}


@keras.saving.register_keras_serializable("cscfuse_keras")
class Enlarge(_Resize):
    """Layer form of `enlarge`.

    Args:
        scale: whole factor.
        grid: one of `GRIDS`.
    """

    def call(self, images):
        """Enlarge (batch, height, width, channels)."""
        return enlarge(images, self.scale, self.grid)

    def compute_output_shape(self, input_shape):
        """`scale` times height and width."""
        sides = [None if side is None else side * self.scale for side in input_shape[1:3]]
        return (input_shape[0], *sides, input_shape[3])


@keras.saving.register_keras_serializable("cscfuse_keras")
class Shrink(_Resize):
    """Layer form of `shrink`.

    Args:
        scale: whole factor.
        grid: one of `GRIDS`.
    """

    def call(self, images):
        """Shrink (batch, height, width, channels)."""
        return shrink(images, self.scale, self.grid)

    def compute_output_shape(self, input_shape):
        """Height and width divided by `scale`."""
        sides = [None if side is None else side // self.scale for side in input_shape[1:3]]
        return (input_shape[0], *sides, input_shape[3])
