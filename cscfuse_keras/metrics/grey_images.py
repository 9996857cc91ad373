"""What every grey-image metric asks of its images, checked in one place."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError

GreyImage = npt.NDArray[np.float64]


def grey_image(image: npt.ArrayLike, name: str = "fused image", minimum_size: int = 1) -> GreyImage:
    """Return a grey image as float64 after checking it.

    Args:
        image: array of shape (height, width), integer or float, on the 8-bit scale 0..255. The scale is the
            caller's word: an image in [0, 1] cannot be told from a very dark one.
        name: what messages call the image.
        minimum_size: smallest height and width, in pixels, that the metric has a value for.

    Returns:
        The image as float64 (the array itself where it already is one).

    Raises:
        InputError: not a real numeric array, not 2-D, too small, not finite, or outside 0..255.
    """
    array = np.asarray(image)
    if array.ndim != 2:
        raise InputError(
            f"{name}: expected a grey image of shape (height, width), found shape {array.shape}; "
            "give one channel, such as the luma"
        )
    if min(array.shape) < minimum_size:
        raise InputError(
            f"{name}: expected at least {minimum_size} x {minimum_size} pixels, "
            f"found {array.shape[0]} x {array.shape[1]}; use a larger image or leave this metric out"
        )
    check_levels(array, name)
    return array.astype(np.float64, copy=False)


def check_levels(array: np.ndarray, name: str) -> None:
    """Refuse pixels that are not on the 8-bit scale.

    Args:
        array: at least one pixel.
        name: what messages call the image.

    Raises:
        InputError: not real numbers, not finite, or outside 0..255.
    """
    if array.dtype.kind not in "uif":
        raise InputError(
            f"{name}: expected integer or float pixels, found {array.dtype}; convert them to uint8 or float64"
        )
    if not np.isfinite(array).all():
        raise InputError(f"{name}: expected finite pixels, found NaN or infinity; replace those pixels first")
    low, high = array.min(), array.max()
    if low < 0 or high > 255:
        raise InputError(
            f"{name}: expected pixels in 0..255 (8-bit scale), found {low:g}..{high:g}; rescale or clip them"
        )


def grey_images(
    fused: npt.ArrayLike,
    sources: Sequence[npt.ArrayLike],
    source_count: int | None = None,
    minimum_size: int = 1,
) -> tuple[GreyImage, list[GreyImage]]:
    """Return the fused image and its sources as float64 after checking them.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: arrays of the same shape, in 0..255.
        source_count: the number of sources that the metric is defined for; None for any number from 1 on.
        minimum_size: smallest height and width, in pixels, that the metric has a value for.

    Returns:
        The fused image and the list of its sources, all float64.

    Raises:
        InputError: an image fails `grey_image`, shapes differ, or the number of sources is wrong.
    """
    fused = grey_image(fused, minimum_size=minimum_size)
    if len(sources) == 0 or source_count not in (None, len(sources)):
        raise InputError(f"sources: expected {source_count or 'at least 1'} images, found {len(sources)}")
    checked = []
    for number, source in enumerate(sources, start=1):
        image = grey_image(source, f"source {number}", minimum_size)
        if image.shape != fused.shape:
            raise InputError(
                f"source {number}: expected the fused image's shape {fused.shape}, found {image.shape}; "
                "register and resize the images first"
            )
        checked.append(image)
    return fused, checked
