"""What the baselines for infrared and visible images share: the check of a pair."""

import numpy as np

from cscfuse_keras.errors import InputError


def check_pair(infrared: np.ndarray, visible: np.ndarray) -> None:
    """Refuse images that are no grey pair.

    Raises:
        InputError: one is not of shape (height, width), or the shapes differ.
    """
    if infrared.ndim != 2 or infrared.shape != visible.shape:
        raise InputError(
            f"infrared, visible: expected two grey images of one shape (height, width), found {infrared.shape} and "
            f"{visible.shape}; register the pair, and take the luma of colour"
        )
