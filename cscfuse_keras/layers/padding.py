"""Border extension of channels-last images, for any radius and any image size."""

from keras import ops

BORDERS = ("reflect", "symmetric", "edge", "zeros")


def border_index(size, radius: int, border: str):
    """Source index of each sample of an axis extended by `radius` on both sides.

    Args:
        size: length of the axis, an integer or a scalar integer tensor.
        radius: number of samples added on either side.
        border: `"reflect"` (edge not repeated), `"symmetric"` (edge repeated; OpenCV's `BORDER_REFLECT`) or
            `"edge"`. Borders wider than the image go back and forth.

    Returns:
        int32 tensor of length `size + 2 * radius`.
    """
    index = ops.arange(-radius, size + radius, dtype="int32")
    if border == "edge":
        return ops.clip(index, 0, size - 1)
    if border == "symmetric":
        folded = ops.mod(index, 2 * size)
        return ops.minimum(folded, 2 * size - 1 - folded)
    period = ops.maximum(2 * (size - 1), 1)
    folded = ops.mod(index, period)
    return ops.minimum(folded, period - folded)


def pad_axis(images, axis: int, radius: int, border: str):
    """Extend one axis of `images` by `radius` samples on both sides; see `border_index` for the borders."""
    if radius == 0:
        return images
    if border == "zeros":
        widths = [[0, 0]] * len(images.shape)
        widths[axis] = [radius, radius]
        return ops.pad(images, widths)
    return ops.take(images, border_index(ops.shape(images)[axis], radius, border), axis=axis)


def pad_image(images, radius: int, border: str = "reflect"):
    """Extend height and width of a (batch, height, width, channels) tensor by `radius` on each side.

    Args:
        images: tensor (batch, height, width, channels).
        radius: samples added on each side.
        border: one of `BORDERS`.

    Returns:
        Tensor (batch, height + 2 radius, width + 2 radius, channels).
    """
    if radius == 0:
        return images
    smallest = min((side for side in images.shape[1:3] if side is not None), default=None)
    if border == "reflect" and smallest is not None and smallest > radius:
        return ops.pad(images, [[0, 0], [radius, radius], [radius, radius], [0, 0]], mode="reflect")
    return pad_axis(pad_axis(images, 1, radius, border), 2, radius, border)
