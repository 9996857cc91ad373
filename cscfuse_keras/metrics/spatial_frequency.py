"""Spatial frequency (SF): the strength of the differences between neighbouring pixels."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import grey_image


def spatial_frequency(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return sqrt(mean Dx^2 + mean Dy^2) over all pixels, with **zeros beyond the right and bottom edge**.

    Dx and Dy are the differences to the right and the lower neighbour, so the last column and row count with
    their own values. This is what the tables of CSCFuse (Zhao et al. 2023) show; it is larger for brighter or
    smaller images, and not 0 for a constant one. `valid_spatial_frequency` has no such border.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: not used.

    Returns:
        A value in 0..361 (255 sqrt 2), in grey levels; c sqrt(1/height + 1/width) for a constant image of
        level c.

    Raises:
        InputError: the image is not what `grey_image` asks.
    """
    image = grey_image(fused)
    across = np.diff(image, axis=1, append=0.0)
    down = np.diff(image, axis=0, append=0.0)
    return float(np.sqrt(np.mean(np.square(across)) + np.mean(np.square(down))))


def valid_spatial_frequency(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
    """Return sqrt(mean Dx^2 + mean Dy^2), each mean over the differences inside the image alone.

    The definition of Eskicioglu and Fisher (IEEE Transactions on Communications 43(12), 1995).

    Args:
        fused: array of shape (height, width) in 0..255, at least 2 x 2.
        sources: not used.

    Returns:
        A value in 0..361 (255 sqrt 2), in grey levels; 0 for a constant image.

    Raises:
        InputError: the image is not what `grey_image` asks.
    """
    image = grey_image(fused, minimum_size=2)
    across = np.diff(image, axis=1)
    down = np.diff(image, axis=0)
    return float(np.sqrt(np.mean(np.square(across)) + np.mean(np.square(down))))
