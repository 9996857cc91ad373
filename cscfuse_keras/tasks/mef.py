"""Multi-exposure fusion of arrays."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cscfuse_keras.io.scratch import forget
from cscfuse_keras.models.mef import blends_pyramids
from cscfuse_keras.models.presets import Preset, load_preset
from cscfuse_keras.out_of_memory import with_halved_tile
from cscfuse_keras.runtimes import Engine, runtime_for
from cscfuse_keras.runtimes.tiles import tiles, whole
from cscfuse_keras.tasks.align import align_exposures
from cscfuse_keras.tasks.arrays import check_array, from_unit
from cscfuse_keras.tasks.colour import luma
from cscfuse_keras.tasks.exposures import SMALLEST_SIDE, check_stack
from cscfuse_keras.tasks.memory import SMALLEST_TILE, Memory, checked_tile
from cscfuse_keras.tasks.stretch import percentile_limits
from cscfuse_keras.tasks.stretch import stretch as stretched
from cscfuse_keras.tasks.unit_pixels import UnitRGB

_COLOUR_TILE = 1024


class MEFFuser:
    """Fuses exposures of a scene with one preset; loads the weights once.

    Args:
        preset: name of a preset, or path of a `.keras` file.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        stretch: whether the darkest and the brightest half percent of the fused values become black and white; None
            leaves it to the preset.
        tile: longest side of the tiles that larger pictures are cut into, in pixels; the runtime's by default, and less
            where memory is short.
        memory: that fusing may take.
        overrides: `detail_gain`, factor on the finest detail; the preset's by default.

    Raises:
        UsageError: no such preset, runtime or setting, or `tile` is not positive.
        ModelError: the weights cannot be used for this task.
    """

    def __init__(
        self,
        preset: str | os.PathLike = "mef",
        runtime: Engine | str = "auto",
        stretch: bool | None = None,
        tile: int | None = None,
        memory: Memory | None = None,
        **overrides: Any,
    ):
        self.preset = load_preset(preset, "mef", **overrides)
        self.runtime = runtime_for(self.preset.network, self.preset.model, runtime)
        self.stretch = _default_stretch(self.preset) if stretch is None else stretch
        self.tile = checked_tile(tile, self.runtime.default_tile)
        self.memory = memory or Memory()

    def fuse(self, exposures: Sequence[np.ndarray], full_scale: float = 1.0) -> np.ndarray:
        """Fuse registered exposures of a scene, at least two, in any order.

        Beyond the exposures themselves, memory grows with their number only by what the runtime keeps of each.

        Args:
            exposures: each (height, width) or RGB (height, width, 3), of one size and dtype, in [0, `full_scale`].
            full_scale: the sample value that means 1.0.

        Returns:
            float32 array (height, width, 3) in [0, 1]; (height, width) if all exposures are grey.

        Raises:
            InputError: fewer than two exposures, or of different sizes or dtypes.
        """
        return self._fused(exposures, full_scale, np.float32, lambda part: part)

    def fuse_samples(
        self,
        exposures: Sequence[np.ndarray],
        full_scale: float,
        dtype: DTypeLike,
        store: Callable[[np.ndarray], np.ndarray],
    ) -> np.ndarray:
        """Fuse registered exposures; see `fuse`.

        Args:
            exposures: see `fuse`.
            full_scale: see `fuse`.
            dtype: of the result.
            store: from float32 pixels in [0, 1] to samples of this dtype; large results are never float32 at once.

        Raises:
            InputError: see `fuse`.
            EnvironmentProblem: memory or disk do not suffice.
        """
        result = self._fused(exposures, full_scale, dtype, store)
        self.memory.tidy()
        return result

    def _fused(self, exposures, full_scale, dtype, store):
        check_stack(exposures, _names(exposures))
        images = [UnitRGB(exposure, full_scale, SMALLEST_SIDE) for exposure in exposures]
        shape, runtime = images[0].shape, self.runtime
        fused = self.memory.array(shape)
        side = self.memory.tile(self.tile, runtime.reach, runtime.bytes_per_pixel, shape[:2])
        with_halved_tile(lambda side: runtime(images, side, fused), side, SMALLEST_TILE)
        limits = percentile_limits(fused) if self.stretch else (0.0, 1.0)
        size, colour = exposures[0].shape[:2], any(exposure.ndim == 3 for exposure in exposures)
        result = self.memory.array((*size, 3) if colour else size, dtype)
        for window in tiles(whole(*size), _COLOUR_TILE):
            part = stretched(fused[window], *limits)
            result[window] = store(part if colour else luma(part))
            forget(fused)
            forget(result)
        return result


def fuse(
    *exposures: np.ndarray,
    data_range: float,
    preset: str | os.PathLike = "mef",
    runtime: Engine | str = "auto",
    stretch: bool | None = None,
    align: bool = False,
    tile: int | None = None,
    **overrides: Any,
) -> np.ndarray:
    """Fuse the exposures of one scene, given as arrays.

    Args:
        exposures: two or more, in any order, each (height, width) or RGB (height, width, 3), of one size and dtype.
        data_range: the value that means white in all arrays: 255 for 8-bit, 1.0 for floats in [0, 1]. Black is 0.
        preset: name of a preset, or path of a `.keras` file.
        runtime: one of `cscfuse_keras.runtimes.engines.RUNTIMES`, or what its `engine_for` gives: with a number of
            threads, or in bfloat16.
        stretch: whether the darkest and the brightest half percent of the fused values become black and white; None
            leaves it to the preset.
        overrides: `detail_gain`, factor on the finest detail; the preset's by default.
        align: whether exposures displaced against each other are shifted back; the result is the area that all show.
        tile: see `MEFFuser`.

    Returns:
        Array of dtype and range of the exposures, of their shape if they are not aligned; integers are rounded.

    Raises:
        InputError: shapes, values, sizes or dtypes are not as described, or exposures to align show different views.
        UsageError: no such preset or runtime.
    """
    images = [np.asarray(exposure) for exposure in exposures]
    names = _names(images)
    for image, name in zip(images, names, strict=True):
        check_array(image, data_range, name)
    check_stack(images, names)
    fuser = MEFFuser(preset, runtime, stretch, tile, **overrides)
    if align:
        images = align_exposures(images, names).crop(images)
    return from_unit(fuser.fuse(images, data_range), data_range, images[0].dtype)


def _default_stretch(preset: Preset) -> bool:
    # The paper's weighted means come out flat; pyramids keep the contrast of the exposures.
    return not blends_pyramids(preset.model)


def _names(exposures):
    return [f"exposures[{k}]" for k in range(len(exposures))]
