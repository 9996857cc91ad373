"""Which sample values mean 1.0 in the images of a multi-spectral fusion."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.tasks.arrays import check_values
from cscfuse_keras.tasks.unused_range import warn_of_unused_range

OPTIONS = "--full-scale", "--guide-full-scale"


def full_scales(
    dtypes: Sequence[np.dtype], stated: Sequence[float | None], paths: Sequence[Path]
) -> tuple[float, float]:
    """Full scales of the low-resolution image and of the guide.

    Args:
        dtypes: of their samples.
        stated: by the user, or None; see `stated_scales`. Otherwise integers have the full scale of their dtype.
        paths: for messages.

    Raises:
        UsageError: floats without a stated scale, or one that is not positive or that the dtype does not hold.
    """
    first, second = (
        _full_scale(dtype, scale, path, option)
        for dtype, scale, path, option in zip(dtypes, stated_scales(dtypes, stated), paths, OPTIONS, strict=True)
    )
    return first, second


def stated_scales(dtypes: Sequence[np.dtype], stated: Sequence[float | None]) -> tuple[float | None, float | None]:
    """What a user stated of both images: the low-resolution image's holds of a guide of the same dtype too.

    Both then come from one sensor.
    """
    low, guide = stated
    return low, low if guide is None and dtypes[0] == dtypes[1] else guide


def warn_of_unstated(
    greatest: Sequence[tuple[float, np.dtype]], stated: Sequence[float | None], paths: Sequence[Path]
) -> None:
    """Warn of images that use little of what their samples can hold, where nothing was stated.

    Args:
        greatest: sample and dtype of the low-resolution image and of the guide.
        stated: as for `full_scales`.
        paths: for messages.
    """
    scales = stated_scales([dtype for _, dtype in greatest], stated)
    for (sample, dtype), scale, path, option in zip(greatest, scales, paths, OPTIONS, strict=True):
        if scale is None:
            warn_of_unused_range(sample, dtype, path, option)


def check_samples(samples: np.ndarray, full_scale: float, path: Path) -> None:
    """Refuse samples that are not in [0, full_scale].

    Raises:
        InputError: one is outside, or not finite.
    """
    low, high = samples.min(), samples.max()
    # Written so that NaN, for which every comparison is false, is refused.
    if not (low >= 0 and high <= full_scale):
        raise InputError(
            f"{path}: expected samples in 0 to the full scale {full_scale:g}, found {low:g} to {high:g}; "
            "state another full scale, or clip them"
        )


def unit_cube(samples: np.ndarray, full_scale: float) -> np.ndarray:
    """Samples in [0, full_scale] as float32 in [0, 1]."""
    return np.divide(samples, full_scale, dtype=np.float32, casting="unsafe")


def unit_images(
    low_resolution: np.ndarray, guide: np.ndarray, data_range: float, guide_range: float
) -> tuple[np.ndarray, np.ndarray]:
    """A user's arrays as float32 (height, width, channels) in [0, 1].

    Args:
        low_resolution: (height, width, bands), or without the last axis for one band.
        guide: (scale * height, scale * width, channels), likewise.
        data_range: the value that means 1.0 in `low_resolution`.
        guide_range: the same of `guide`.

    Raises:
        InputError: a shape or a value is not as described.
    """
    low_resolution = _cube(low_resolution, data_range, "low_resolution", "data_range")
    guide = _cube(guide, guide_range, "guide", "guide_range")
    return unit_cube(low_resolution, data_range), unit_cube(guide, guide_range)


def _cube(image, data_range, name, range_name):
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or not image.size:
        raise InputError(f"{name}: expected shape (height, width, bands), found {image.shape}; reshape it")
    check_values(image, data_range, name, range_name)
    return image


def _full_scale(dtype, stated, path, option):
    largest = None if dtype.kind == "f" else float(np.iinfo(dtype).max)
    if stated is None:
        if largest is None:
            raise UsageError(
                f"{path}: expected {option} for {dtype} samples, found none; state the value that means 1.0"
            )
        return largest
    if not (stated > 0 and (largest is None or stated <= largest)):
        raise UsageError(
            f"{option}: expected a value above 0{'' if largest is None else f' and up to {largest:g}'} for {dtype} "
            f"samples of {path}, found {stated:g}; state the value that means 1.0"
        )
    return stated
