"""Average gradient (AG): the fused image's sharpness."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import grey_image


def average_gradient(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return sum sqrt((gx^2 + gy^2)/2) / ((M-1)(N-1)), summed over all M x N pixels.

    gx and gy are central differences inside the image and one-sided ones at its border.

    Args:
        fused: array of shape (M, N) in 0..255, at least 2 x 2.
        sources: not used.

    Returns:
        A value from 0 to 255 MN/((M-1)(N-1)), in grey levels a pixel; 0 for a constant image.

    Raises:
        InputError: the image is not what `grey_image` asks.
    """
    image = grey_image(fused, minimum_size=2)
    down, across = np.gradient(image)
    height, width = image.shape
    strength = np.sqrt((np.square(across) + np.square(down)) / 2)
    return float(strength.sum() / ((height - 1) * (width - 1)))
