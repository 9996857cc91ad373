"""What the baselines with a guide share: the guide at low resolution, and least squares."""

import numpy as np

from cscfuse_keras.errors import InputError
from pipelines.wald import Wald


def check_sizes(low_resolution: np.ndarray, guide: np.ndarray, scale: int) -> None:
    """Refuse a guide of another size.

    Raises:
        InputError: it is not `scale` times as high and wide as the low-resolution image.
    """
    expected = (scale * low_resolution.shape[0], scale * low_resolution.shape[1])
    if low_resolution.ndim != 3 or guide.ndim != 3 or guide.shape[:2] != expected:
        raise InputError(
            f"low_resolution, guide: expected shapes (height, width, bands) and ({scale} height, {scale} width, "
            f"channels), found {low_resolution.shape} and {guide.shape}; crop both to the same area"
        )


def low_guides(guide: np.ndarray, bands: int, degradation: Wald) -> np.ndarray:
    """The guide as the sensor of each band would see it.

    Args:
        guide: (height, width, channels).
        bands: number of bands.
        degradation: of the bands.

    Returns:
        Array (height / scale, width / scale, bands, channels).
    """
    size = (*guide.shape[:2], bands)
    channels = [degradation.degrade_bands(np.broadcast_to(channel[..., np.newaxis], size)) for channel in _last(guide)]
    return np.stack(channels, axis=-1)


def regression(targets: np.ndarray, variables: np.ndarray) -> np.ndarray:
    """Least-squares coefficients of variables, and at the end of a constant.

    Args:
        targets: (height, width) or (height, width, n).
        variables: (height, width, m).

    Returns:
        float64 array (m + 1,) or (m + 1, n).
    """
    pixels = variables.reshape(-1, variables.shape[2]).astype(np.float64)
    with_constant = np.column_stack([pixels, np.ones(len(pixels))])
    return np.linalg.lstsq(with_constant, targets.reshape(len(pixels), *targets.shape[2:]), rcond=None)[0]


def predicted(variables: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """What `regression` predicts from variables (..., m), as float32."""
    coefficients = coefficients.astype(np.float32)
    return variables @ coefficients[:-1] + coefficients[-1]


def _last(image):
    return np.moveaxis(image, -1, 0)
