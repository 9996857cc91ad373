"""Gaussian windows as matrix products, quick for the long windows and the few channels of losses."""

from keras import ops


def _window_matrix(length, taps: int, sigma: float, step: int):
    """Matrix (ceil((length - taps + 1) / step), length) whose rows hold the window at every `step`-th place."""
    first = ops.arange(0, length - taps + 1, step, dtype="float32")[:, None]
    offset = ops.arange(0, length, 1, dtype="float32")[None] - first
    centred = offset - (taps - 1) / 2
    inside = ops.logical_and(offset > -0.5, offset < taps - 0.5)
    weights = ops.where(inside, ops.exp(-ops.square(centred) / (2 * sigma**2)), 0.0)
    return weights / ops.sum(weights, axis=1, keepdims=True)


def gaussian_blur(images, taps: int, sigma: float, step: int = 1):
    """Weighted means of the windows that lie inside the image.

    Args:
        images: tensor (batch, height, width, channels), at least `taps` pixels high and wide.
        taps: side of the window, in pixels.
        sigma: standard deviation of its Gaussian, in pixels.
        step: keep every `step`-th row and column, from the first on.

    Returns:
        Tensor (batch, ceil((height - taps + 1) / step), ceil((width - taps + 1) / step), channels).
    """
    images = ops.convert_to_tensor(images)
    shape = ops.shape(images)
    batch, height, width, channels = shape[0], shape[1], shape[2], shape[3]
    rows = _window_matrix(height, taps, sigma, step)
    columns = _window_matrix(width, taps, sigma, step)
    blurred = ops.matmul(rows, ops.reshape(images, (batch, height, width * channels)))
    blurred = ops.reshape(blurred, (batch, ops.shape(rows)[0], width, channels))
    blurred = ops.matmul(ops.transpose(blurred, (0, 1, 3, 2)), ops.transpose(columns))
    return ops.transpose(blurred, (0, 1, 3, 2))
