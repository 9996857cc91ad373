"""A stack of exposures as it is stored, and as the network takes it."""

from collections.abc import Sequence

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import to_unit

SMALLEST_SIDE = 2
"""Least height and width: 3 x 3 convolutions with a reflected border need so many pixels."""


class UnitExposures(Sequence[np.ndarray]):
    """Exposures as float32 RGB (height, width, 3) in [0, 1], each converted when it is asked for.

    As float32 a stack takes four times the memory of its 8-bit samples; so only the exposure at work does.

    Args:
        images: samples of any dtype, each (height, width) or (height, width, 3), in [0, `full_scale`].
        full_scale: the sample value that means 1.0.
    """

    def __init__(self, images: Sequence[np.ndarray], full_scale: float):
        self.images = images
        self.full_scale = full_scale

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index):
        return unit_rgb(self.images[index], self.full_scale)


def unit_rgb(image: np.ndarray, full_scale: float) -> np.ndarray:
    """An exposure as float32 RGB (height, width, 3) in [0, 1]; grey ones get three equal channels."""
    unit = to_unit(image, full_scale)
    return unit if unit.ndim == 3 else np.repeat(unit[..., np.newaxis], 3, axis=-1)


def check_stack(images: Sequence[np.ndarray], names: Sequence[str]) -> None:
    """Refuse images that are no stack of exposures.

    Args:
        images: each (height, width) or (height, width, 3).
        names: of the images, for messages.

    Raises:
        InputError: fewer than two, of different sizes or sample types, or below `SMALLEST_SIDE`.
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
    if min(images[0].shape[:2]) < SMALLEST_SIDE:
        raise InputError(
            f"expected at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels, found {_size(images[0])}; enlarge them"
        )


def middle_exposure(images: Sequence[np.ndarray]) -> int:
    """Index of the exposure in the middle by mean brightness; of an even number, the brighter of the middle two."""
    return int(np.argsort([image.mean() for image in images], kind="stable")[len(images) // 2])


def _size(image):
    return f"{image.shape[1]} x {image.shape[0]}"
