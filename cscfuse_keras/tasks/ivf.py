"""Infrared-visible fusion of arrays."""

import os
import warnings
from typing import Any

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.runtimes import Engine, runtime_for
from cscfuse_keras.tasks.arrays import from_unit, unit_array
from cscfuse_keras.tasks.colour import luma, with_luma

SMALLEST_SIDE = 6
"""Least height and width: the reflected border of the 11 x 11 box filter needs so many pixels."""

# Grey pictures stored as colour JPEGs come back with channels that differ by a few levels.
_GREY_TOLERANCE = 0.05


class IVFFuser:
    """Fuses infrared-visible pairs with one preset; loads the weights once.

    Args:
        preset: name of a preset, or path of a `.keras` file.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        gain: factor on the fused picture's contrast; the preset's by default.
        overrides: further settings of the preset's network: `contrast`, or for `ivf-paper` `base_rule`, `detail_rule`,
            `base_gain`, `detail_gain`; the preset's by default.

    Raises:
        UsageError: no such preset, runtime or setting.
        ModelError: the weights cannot be used for this task.
    """

    def __init__(
        self,
        preset: str | os.PathLike = "ivf",
        runtime: Engine | str = "auto",
        gain: float | None = None,
        **overrides: Any,
    ):
        self.preset = load_preset(preset, "ivf", gain, **overrides)
        self.runtime = runtime_for(self.preset.network, self.preset.model, runtime)

    def fuse(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse a registered pair.

        Args:
            infrared: float32 (height, width), or (height, width, 3) whose luma is then taken, in [0, 1].
            visible: float32 (height, width) or RGB (height, width, 3) in [0, 1], same height and width.

        Returns:
            float32 array of the shape of `visible`, in [0, 1]. Colour keeps the chroma of `visible`.

        Raises:
            InputError: sizes differ or are below `SMALLEST_SIDE`.
        """
        if infrared.shape[:2] != visible.shape[:2]:
            raise InputError(
                f"expected infrared and visible of one size, found {_size(infrared)} and {_size(visible)}; "
                "register and crop them to the same view first"
            )
        if min(visible.shape[:2]) < SMALLEST_SIDE:
            raise InputError(
                f"expected at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels, found {_size(visible)}; enlarge them"
            )
        grey = visible if visible.ndim == 2 else luma(visible)
        fused = self.runtime(_thermal(infrared), grey)
        return fused if visible.ndim == 2 else with_luma(visible, fused)


def fuse(
    infrared: np.ndarray,
    visible: np.ndarray,
    *,
    data_range: float,
    preset: str | os.PathLike = "ivf",
    runtime: Engine | str = "auto",
    gain: float | None = None,
    **overrides: Any,
) -> np.ndarray:
    """Fuse one infrared-visible pair of arrays.

    Args:
        infrared: (height, width), or (height, width, 3) whose luma is then taken.
        visible: (height, width) or RGB (height, width, 3), same height and width.
        data_range: the value that means white in both arrays: 255 for 8-bit, 1.0 for floats in [0, 1]. Black is 0.
        preset: name of a preset, or path of a `.keras` file.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        gain: see `IVFFuser`.
        overrides: see `IVFFuser`.

    Returns:
        Array of the shape, dtype and range of `visible`; integers are rounded.

    Raises:
        InputError: shapes, values or sizes are not as described.
        UsageError: no such preset, runtime or setting.
    """
    pair = unit_array(infrared, data_range, "infrared"), unit_array(visible, data_range, "visible")
    fused = IVFFuser(preset, runtime, gain, **overrides).fuse(*pair)
    return from_unit(fused, data_range, np.asarray(visible).dtype)


def _thermal(infrared):
    if infrared.ndim == 2:
        return infrared
    spread = float(np.mean(infrared.max(axis=-1) - infrared.min(axis=-1)))
    if spread > _GREY_TOLERANCE:
        warnings.warn(
            f"infrared: expected grey, found colour (channels differ by {spread:.2f} on average); its luma is used, "
            "which orders temperatures wrongly if the colours are a thermal palette",
            stacklevel=3,
        )
    return luma(infrared)


def _size(image):
    return f"{image.shape[1]} x {image.shape[0]}"
