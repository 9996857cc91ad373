"""Training a network for the very image that is to be fused: from arrays, or what reads parts of files."""

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.runtimes.tiles import Window, scaled
from cscfuse_keras.tasks.msf_scales import unit_images
from pipelines.wald import Method, Wald, find_sensor

if TYPE_CHECKING:
    import keras

    from cscfuse_keras.training.msf_adaptation import Adaptation, Adapted, Part

LARGEST_PART, MOST_PARTS = 384, 6
"""Of large images, so many parts of at most so many low-resolution pixels a side are learned from."""


class Pixels(Protocol):
    """An image, or what reads parts of one."""

    def __getitem__(self, window: Window, /) -> np.ndarray:
        """float32 array (rows, columns, channels) in [0, 1]."""
        ...


def adapt(
    low_resolution: np.ndarray,
    guide: np.ndarray,
    *,
    data_range: float,
    guide_range: float,
    sensor: str | None = None,
    degradation: Method = "mtf",
    minutes: float = 3.0,
    steps: int = 3000,
    seed: int = 0,
) -> "keras.Model":
    """Train a network on the very images that it will fuse, for any number of bands and any whole ratio.

    By Wald's protocol both are degraded by their ratio, and the network learns to undo that; no truth is needed.

    Args:
        low_resolution: (height, width, bands).
        guide: (scale * height, scale * width, channels), or without the last axis for one channel.
        data_range: the value that means 1.0 in `low_resolution`.
        guide_range: the same of `guide`.
        sensor: that took the images, one of `pipelines.wald.SENSORS`; by default its gain is estimated from them.
        degradation: `"mtf"` or `"nearest"`, see `pipelines.wald.Wald`.
        minutes: longest time to take, about.
        steps: most steps to take; where these end the training, the seed alone decides the result.
        seed: of weights and order.

    Returns:
        Model for `cscfuse_keras.fuse("msf", ..., preset=model)`; its `save` writes a `.keras` file that is a preset.

    Raises:
        InputError: shapes or values are not as described, or the images are too small.
        UsageError: there is no such sensor.
    """
    from cscfuse_keras.training.msf_adaptation import Adaptation

    low, guide = unit_images(low_resolution, guide, data_range, guide_range)
    wald = Wald(whole_ratio(low.shape, guide.shape), degradation, find_sensor(sensor or "generic"))
    adaptation = Adaptation(steps, minutes, seed, estimate_sensor=sensor is None)
    return adapt_pixels(low, guide, low.shape[:2], all_valid, wald, adaptation).model


def adapt_pixels(
    low: Pixels,
    guide: Pixels,
    size: tuple[int, int],
    valid: Callable[[Window], np.ndarray],
    degradation: Wald,
    adaptation: "Adaptation",
    progress: Callable[[float], None] = lambda share: None,
    names: str = "low_resolution, guide",
) -> "Adapted":
    """Train a network on parts of an image; see `cscfuse_keras.training.msf_adaptation.adapt`.

    Args:
        low: low-resolution image.
        guide: to be fused with it.
        size: height and width of the low-resolution image.
        valid: from a window of the low-resolution image to where both have a value, bool (rows, columns).
        degradation: by the ratio of the two.
        adaptation: how long to learn.
        progress: called with the share of the work done.
        names: of the images, for messages.
    """
    from cscfuse_keras.training.msf_adaptation import Part, adapt

    def parts() -> "Iterator[Part]":
        left = MOST_PARTS
        for window in drawn_windows(size, adaptation.seed):
            has_value = valid(window)
            # Parts that are mostly empty would take the place of better ones.
            if has_value.mean() > 0.5:
                yield Part(low[window], guide[scaled(window, degradation.scale)], has_value)
                left -= 1
            if not left:
                return

    try:
        return adapt(parts(), degradation, adaptation, progress)
    except InputError as problem:
        raise InputError(f"{names}: {problem}") from None


def drawn_windows(size: tuple[int, int], seed: int) -> list[Window]:
    """Windows of about equal size, no larger than `LARGEST_PART`, that make up an image, in an order drawn by seed."""
    rows, columns = (np.linspace(0, side, -(-side // LARGEST_PART) + 1).astype(int).tolist() for side in size)
    windows = [
        (slice(*place), slice(*other))
        for place, other in itertools.product(itertools.pairwise(rows), itertools.pairwise(columns))
    ]
    return [windows[number] for number in np.random.default_rng(seed).permutation(len(windows))]


def whole_ratio(low_shape: tuple[int, ...], guide_shape: tuple[int, ...], names: str = "low_resolution, guide") -> int:
    """How many times the guide is as high and wide as the low-resolution image.

    Raises:
        InputError: that is no whole number from 2 on, or not the same along both axes.
    """
    scale = guide_shape[0] // low_shape[0]
    if scale < 2 or guide_shape[:2] != (scale * low_shape[0], scale * low_shape[1]):
        raise InputError(
            f"{names}: expected a guide a whole number of times, two or more, as high and wide, found "
            f"{low_shape[1]} x {low_shape[0]} and {guide_shape[1]} x {guide_shape[0]} pixels; "
            "crop both to the same area, or resample the guide"
        )
    return scale


def all_valid(window: Window) -> np.ndarray:
    """The mask of a window without invalid pixels."""
    return np.ones([span.stop - span.start for span in window], bool)
