"""Infrared-visible fusion of arrays."""

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import to_unit
from cscfuse_keras.io.scratch import forget
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.out_of_memory import with_halved_tile
from cscfuse_keras.runtimes import Engine, runtime_for
from cscfuse_keras.runtimes.tiles import tiles, whole
from cscfuse_keras.tasks.arrays import from_unit, unit_array
from cscfuse_keras.tasks.colour import with_luma
from cscfuse_keras.tasks.memory import SMALLEST_TILE, Memory, checked_tile
from cscfuse_keras.tasks.register_pair import register_pair
from cscfuse_keras.tasks.unit_pixels import UnitLuma

SMALLEST_SIDE = 6
"""Least height and width that networks take: the reflected border of the 11 x 11 box filter needs so many pixels."""

# Grey pictures stored as colour JPEGs come back with channels that differ by a few levels.
_GREY_TOLERANCE = 0.05

_COLOUR_TILE = 1024


class IVFFuser:
    """Fuses infrared-visible pairs with one preset; loads the weights once.

    Args:
        preset: name of a preset, or path of a `.keras` file.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        gain: factor on the fused picture's contrast; the preset's by default.
        tile: longest side of the tiles that larger pictures are cut into, in pixels; the runtime's by default, and less
            where memory is short.
        memory: that fusing may take.
        overrides: further settings of the preset's network: `contrast`, or for `ivf-paper` `base_rule`, `detail_rule`,
            `base_gain`, `detail_gain`; the preset's by default.

    Raises:
        UsageError: no such preset, runtime or setting, or `tile` is not positive.
        ModelError: the weights cannot be used for this task.
    """

    def __init__(
        self,
        preset: str | os.PathLike = "ivf",
        runtime: Engine | str = "auto",
        gain: float | None = None,
        tile: int | None = None,
        memory: Memory | None = None,
        **overrides: Any,
    ):
        self.preset = load_preset(preset, "ivf", gain, **overrides)
        self.runtime = runtime_for(self.preset.network, self.preset.model, runtime)
        self.tile = checked_tile(tile, self.runtime.default_tile)
        self.memory = memory or Memory()

    def fuse(self, infrared: np.ndarray, visible: np.ndarray, infrared_name: str = "infrared") -> np.ndarray:
        """Fuse a registered pair.

        Args:
            infrared: float32 (height, width), or (height, width, 3) whose luma is then taken, in [0, 1].
            visible: float32 (height, width) or RGB (height, width, 3) in [0, 1], same height and width.
            infrared_name: for messages.

        Returns:
            float32 array of the shape of `visible`, in [0, 1]. Colour keeps the chroma of `visible`.

        Raises:
            InputError: sizes differ.
        """
        return self._fused(infrared, visible, (1.0, 1.0), infrared_name, lambda part: part)

    def fuse_samples(
        self,
        infrared: np.ndarray,
        visible: np.ndarray,
        full_scales: tuple[float, float],
        store: Callable[[np.ndarray], np.ndarray],
        infrared_name: str = "infrared",
    ) -> np.ndarray:
        """Fuse a registered pair of stored pictures, in place of the visible one: large ones are never float32 at once.

        Args:
            infrared: samples (height, width) or (height, width, 3) in [0, first full scale].
            visible: samples of the same height and width in [0, second full scale]; overwritten.
            full_scales: the sample values that mean 1.0.
            store: from float32 pixels in [0, 1] to samples of the visible picture's dtype.
            infrared_name: for messages.

        Returns:
            `visible`, which holds the result.

        Raises:
            InputError: sizes differ.
            EnvironmentProblem: memory or disk do not suffice.
        """
        visible = np.require(visible, requirements="W")
        self._fused(infrared, visible, full_scales, infrared_name, store, visible)
        self.memory.tidy()
        return visible

    def _fused(self, infrared, visible, full_scales, infrared_name, store, fused=None):
        if infrared.shape[:2] != visible.shape[:2]:
            raise InputError(
                f"expected infrared and visible of one size, found {_size(infrared)} and {_size(visible)}; "
                "align them (--align), or register and crop them first"
            )
        _check_grey(infrared, full_scales[0], infrared_name)
        pair = [
            UnitLuma(image, scale, SMALLEST_SIDE) for image, scale in zip((infrared, visible), full_scales, strict=True)
        ]
        size, runtime = pair[0].shape, self.runtime
        grey = self.memory.array(size)
        side = self.memory.tile(self.tile, runtime.reach, runtime.bytes_per_pixel, size)
        with_halved_tile(lambda side: runtime(*pair, side, grey), side, SMALLEST_TILE)
        fused = np.empty(visible.shape, np.float32) if fused is None else fused
        for window in tiles(whole(*visible.shape[:2]), _COLOUR_TILE):
            part = grey[window]
            if visible.ndim == 3:
                part = with_luma(to_unit(visible[window], full_scales[1]), part)
            fused[window] = store(part)
            forget(grey)
        return fused


def fuse(
    infrared: np.ndarray,
    visible: np.ndarray,
    *,
    data_range: float,
    preset: str | os.PathLike = "ivf",
    runtime: Engine | str = "auto",
    gain: float | None = None,
    tile: int | None = None,
    align: bool = False,
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
        tile: see `IVFFuser`.
        align: whether the infrared picture, of another size too, is first brought onto the visible one by
            `cscfuse_keras.tasks.register_pair`; the result is the area that both show.
        overrides: see `IVFFuser`.

    Returns:
        Array of dtype and range of `visible`, and of its shape if they are not aligned; integers are rounded.

    Raises:
        InputError: shapes, values or sizes are not as described, or the pair cannot be aligned.
        UsageError: no such preset, runtime or setting.
    """
    pair = unit_array(infrared, data_range, "infrared"), unit_array(visible, data_range, "visible")
    if align:
        pair = register_pair(*pair).crop(*pair)
    fused = IVFFuser(preset, runtime, gain, tile, **overrides).fuse(*pair)
    return from_unit(fused, data_range, np.asarray(visible).dtype)


def _check_grey(infrared: np.ndarray, full_scale: float, name: str) -> None:
    if infrared.ndim == 2:
        return
    spreads = 0.0
    for window in tiles(whole(*infrared.shape[:2]), _COLOUR_TILE):
        spreads += float(np.ptp(infrared[window], axis=-1).sum(dtype=np.float64))
    spread = spreads / (full_scale * infrared.shape[0] * infrared.shape[1])
    if spread > _GREY_TOLERANCE:
        warnings.warn(
            f"{name}: expected grey, found colour (channels differ by {spread:.2f} on average); its luma is used, "
            "which orders temperatures wrongly if the colours are a thermal palette",
            stacklevel=4,
        )


def _size(image):
    return f"{image.shape[1]} x {image.shape[0]}"
