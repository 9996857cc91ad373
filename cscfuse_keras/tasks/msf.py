"""Multi-spectral fusion of arrays."""

import os
from typing import Any

import keras
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.models.presets import Preset, load_preset
from cscfuse_keras.runtimes import Engine, runtime_for
from cscfuse_keras.tasks.arrays import from_unit
from cscfuse_keras.tasks.memory import Memory, checked_tile
from cscfuse_keras.tasks.msf_scales import unit_images


class MSFFuser:
    """Fuses low-resolution images of many bands with sharp guides by one preset; loads the weights once.

    Args:
        preset: name of a preset, path of a `.keras` file, or a model.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        tile: side of the tiles, in pixels of the guide; the runtime's by default, and less where memory is short.
        memory: that fusing may take.
        overrides: settings of a preset that need no new weights.

    Raises:
        UsageError: no such preset, runtime or setting, or `tile` is not positive.
        ModelError: the weights cannot be used for this task.
    """

    def __init__(
        self,
        preset: str | os.PathLike | keras.Model = "msf",
        runtime: Engine | str = "auto",
        tile: int | None = None,
        memory: Memory | None = None,
        **overrides: Any,
    ):
        given = isinstance(preset, keras.Model)
        self.preset = Preset("given", "msf", preset, "") if given else load_preset(preset, "msf", **overrides)
        self.runtime = runtime_for(self.preset.network, self.preset.model, runtime)
        self.tile = checked_tile(tile, self.runtime.default_tile)
        self.memory = memory or Memory()

    def check(
        self,
        low_shape: tuple[int, int, int],
        guide_shape: tuple[int, int, int],
        low_name: str = "low_resolution",
        guide_name: str = "guide",
    ) -> None:
        """Refuse images that the preset is not for.

        Args:
            low_shape: height, width and bands of the low-resolution image.
            guide_shape: height, width and channels of the guide.
            low_name: for messages.
            guide_name: for messages.

        Raises:
            InputError: the preset is for another number of bands, of channels, or another scale.
        """
        model, preset = self.runtime, self.preset.name
        if low_shape[2] != model.bands:
            raise InputError(
                f"{low_name}: expected {model.bands} bands for preset {preset}, found {low_shape[2]}; "
                f"choose a preset for {low_shape[2]} bands, or give only those that it was trained on"
            )
        if guide_shape[2] != model.guide_channels:
            raise InputError(
                f"{guide_name}: expected {model.guide_channels} channels for preset {preset}, found {guide_shape[2]}; "
                f"choose a preset for a guide of {guide_shape[2]}, or another guide"
            )
        if guide_shape[:2] != (model.scale * low_shape[0], model.scale * low_shape[1]):
            raise InputError(
                f"{low_name}, {guide_name}: expected a guide {model.scale} times as high and wide for preset {preset}, "
                f"found {_size(low_shape)} and {_size(guide_shape)} pixels; {self._remedy(low_shape, guide_shape)}"
            )

    def fuse(self, low_resolution: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Fuse images that show the same area.

        Args:
            low_resolution: float32 (height, width, bands) in [0, 1].
            guide: float32 (scale * height, scale * width, channels) in [0, 1].

        Returns:
            float32 array (scale * height, scale * width, bands) in [0, 1].

        Raises:
            InputError: as `check`.
        """
        self.check(low_resolution.shape, guide.shape)
        fused = self.runtime(low_resolution, guide, self.side(guide.shape[:2]))
        return np.clip(fused, 0, 1, out=fused)

    def side(self, size: tuple[int, int]) -> int:
        """Side of the tiles, in pixels of the guide, for a guide of this height and width.

        Raises:
            EnvironmentProblem: memory does not suffice.
        """
        runtime = self.runtime
        return self.memory.tile(self.tile, runtime.scale * runtime.reach, runtime.bytes_per_pixel, size)

    def _remedy(self, low_shape, guide_shape):
        ratio, rest = divmod(guide_shape[0], low_shape[0])
        if rest == 0 and guide_shape[1] == ratio * low_shape[1]:
            return f"choose a preset for a scale of {ratio}"
        height, width = (self.runtime.scale * side for side in low_shape[:2])
        return f"crop both to the same area, or resample the guide to {width} x {height}"


def fuse(
    low_resolution: np.ndarray,
    guide: np.ndarray,
    *,
    data_range: float,
    guide_range: float,
    preset: str | os.PathLike | keras.Model = "msf",
    runtime: Engine | str = "auto",
    tile: int | None = None,
    **overrides: Any,
) -> np.ndarray:
    """Fuse a low-resolution image of many bands and a sharp guide of the same area, given as arrays.

    Args:
        low_resolution: (height, width, bands).
        guide: (scale * height, scale * width, channels), or without the last axis for one channel.
        data_range: the value that means 1.0 in `low_resolution`: 65535 for 16 bits in full use, 2047 for 11 bits.
        guide_range: the same of `guide`.
        preset: name of a preset, path of a `.keras` file, or a model from `cscfuse_keras.adapt`.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        tile: see `MSFFuser`.
        overrides: settings of a preset that need no new weights.

    Returns:
        Array (scale * height, scale * width, bands) of dtype and range of `low_resolution`; integers are rounded.

    Raises:
        InputError: shapes or values are not as described, or not what the preset is for.
        UsageError: no such preset, runtime or setting.
    """
    low, guide = unit_images(low_resolution, guide, data_range, guide_range)
    fused = MSFFuser(preset, runtime, tile, **overrides).fuse(low, guide)
    return from_unit(fused, data_range, np.asarray(low_resolution).dtype)


def _size(shape):
    return f"{shape[1]} x {shape[0]}"
