"""A stack of exposures as it is stored."""

from collections.abc import Sequence

import numpy as np

from cscfuse_keras.errors import InputError

SMALLEST_SIDE = 2
"""Least height and width that networks take: 3 x 3 convolutions with a reflected border need so many pixels."""


def check_stack(images: Sequence[np.ndarray], names: Sequence[str]) -> None:
    """Refuse images that are no stack of exposures.

    Args:
        images: each (height, width) or (height, width, 3).
        names: of the images, for messages.

    Raises:
        InputError: fewer than two, or of different sizes or sample types.
    """
    if len(images) < 2:
        raise InputError(f"expected at least two exposures, found {len(images)}; add others of the same view")
    for image, name in zip(images, names, strict=True):
        if image.shape[:2] != images[0].shape[:2]:
            raise InputError(
                f"expected exposures of one size, found {_size(images[0])} in {names[0]} and {_size(image)} in {name}; "
                "export them uncropped at one size, or leave out what is no exposure of this view"
            )
        if image.dtype != images[0].dtype:
            raise InputError(
                f"expected exposures of one depth, found {images[0].dtype} in {names[0]} and {image.dtype} in {name}; "
                "export them all with 8 or all with 16 bits"
            )


def middle_exposure(images: Sequence[np.ndarray]) -> int:
    """Index of the exposure in the middle by mean brightness; of an even number, the brighter of the middle two."""
    return int(np.argsort([image.mean() for image in images], kind="stable")[len(images) // 2])


def _size(image):
    return f"{image.shape[1]} x {image.shape[0]}"
