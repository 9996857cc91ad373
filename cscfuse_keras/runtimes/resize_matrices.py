"""`cscfuse_keras.layers.resize` for a part of an image: matrices that know where the part lies in the whole."""

import numpy as np


def enlarging(target: slice, source: slice, size: int, scale: int, grid: str) -> np.ndarray:
    """Matrix that interpolates samples `target` of the long axis from samples `source` of the short one.

    Args:
        target: of the axis of `scale * size` samples.
        source: of the axis of `size` samples; targets that lie further out take its nearest sample.
        size: of the whole short axis.
        scale: whole factor.
        grid: see `cscfuse_keras.layers.resize.enlarge`.

    Returns:
        float32 array (targets, sources).
    """
    index = _samples(target)
    places = {
        "half_pixel": (index + 0.5) / scale - 0.5,
        "co_sited": index / scale,
        "align_corners": index * (size - 1) / max(scale * size - 1, 1),
    }[grid]
    return _interpolation(places, source)


def shrinking(target: slice, source: slice, size: int, scale: int, grid: str) -> np.ndarray:
    """Matrix that makes samples `target` of the short axis from samples `source` of the long one.

    Args:
        target: of the axis of `size` samples.
        source: of the axis of `scale * size` samples.
        size: of the whole short axis.
        scale: whole factor.
        grid: see `cscfuse_keras.layers.resize.shrink`.

    Returns:
        float32 array (targets, sources).
    """
    index = _samples(target)
    if grid == "half_pixel":
        return (_samples(source) // scale == index[:, np.newaxis]).astype(np.float32) / np.float32(scale)
    return _interpolation(index * (scale if grid == "co_sited" else (scale * size - 1) / max(size - 1, 1)), source)


def interpolated(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Resize an image (height, width, channels) by matrices from `enlarging` for its rows and for its columns."""
    return _along(1, _along(0, image, rows), columns)


def _along(axis, image, matrix):
    # No more than two samples have weights, and they are neighbours.
    low = np.argmax(matrix > 0, axis=1)
    weight = (1 - matrix[np.arange(len(low)), low]).reshape(-1, *[1] * (image.ndim - 1 - axis))
    before = np.take(image, low, axis)
    after = np.take(image, np.minimum(low + 1, image.shape[axis] - 1), axis)
    after -= before
    after *= weight
    after += before
    return after


def _samples(span):
    return np.arange(span.start, span.stop, dtype=np.float64)


def _interpolation(places, source):
    samples = _samples(source)
    distance = np.abs(np.clip(places, samples[0], samples[-1])[:, np.newaxis] - samples)
    return np.maximum(1 - distance, 0).astype(np.float32)
