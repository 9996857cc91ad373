"""Standard deviation (SD): the fused image's contrast."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import grey_image


def standard_deviation(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return the root mean square deviation of every pixel from the mean of its **column**.

    This is what the tables of CSCFuse (Zhao et al. 2023) show; it misses the contrast between columns, so it
    never exceeds `global_standard_deviation`.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: not used.

    Returns:
        A value in 0..127.5, in grey levels; 0 for an image whose columns are constant.

    Raises:
        InputError: the image is not what `grey_image` asks.
    """
    image = grey_image(fused)
    return float(np.sqrt(np.mean(np.square(image - image.mean(axis=0)))))


def global_standard_deviation(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return the root mean square deviation of every pixel from the mean of the whole image.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: not used.

    Returns:
        A value in 0..127.5, in grey levels; 0 for a constant image.

    Raises:
        InputError: the image is not what `grey_image` asks.
    """
    return float(np.std(grey_image(fused)))
