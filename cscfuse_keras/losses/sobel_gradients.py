"""Sobel gradients of images, for losses."""

from keras import ops

from cscfuse_keras.layers.padding import pad_axis


def sobel_gradients(images):
    """Differences across and down, borders reflected, scaled so that a step of 1 a pixel gives 1.

    Args:
        images: tensor (batch, height, width, channels).

    Returns:
        Two tensors of the same shape.
    """
    padded = ops.convert_to_tensor(images)
    for axis in (1, 2):
        padded = pad_axis(padded, axis, 1, "reflect")
    top, middle, bottom = padded[:, :-2], padded[:, 1:-1], padded[:, 2:]
    columns, difference = top + 2 * middle + bottom, bottom - top
    across = columns[:, :, 2:] - columns[:, :, :-2]
    down = difference[:, :, :-2] + 2 * difference[:, :, 1:-1] + difference[:, :, 2:]
    return across / 8, down / 8
