"""Stored images as the networks take them, converted window by window when asked for.

As float32 an image takes four times the memory of its 8-bit samples; so only the window at work does.
"""

import numpy as np

from cscfuse_keras.io import to_unit
from cscfuse_keras.io.scratch import forget
from cscfuse_keras.runtimes.tiles import Window
from cscfuse_keras.tasks.arrays import enlarged
from cscfuse_keras.tasks.colour import luma


class UnitLuma:
    """The luma of an image as float32 (height, width) in [0, 1].

    Args:
        samples: (height, width) or RGB (height, width, 3), in [0, `full_scale`].
        full_scale: the sample value that means 1.0.
        smallest: least height and width; a smaller image is `enlarged` to it.
    """

    def __init__(self, samples: np.ndarray, full_scale: float, smallest: int = 1):
        self._samples = enlarged(samples, smallest)
        self._full_scale = full_scale
        self.shape = self._samples.shape[:2]

    def __getitem__(self, window: Window, /) -> np.ndarray:
        unit = to_unit(self._samples[window], self._full_scale)
        forget(self._samples)
        return unit if unit.ndim == 2 else luma(unit)


class UnitRGB:
    """An image as float32 RGB (height, width, 3) in [0, 1]; a grey one has three equal channels.

    Arguments are those of `UnitLuma`.
    """

    def __init__(self, samples: np.ndarray, full_scale: float, smallest: int = 1):
        self._samples = enlarged(samples, smallest)
        self._full_scale = full_scale
        self.shape = (*self._samples.shape[:2], 3)

    def __getitem__(self, window: Window, /) -> np.ndarray:
        unit = to_unit(self._samples[window], self._full_scale)
        forget(self._samples)
        return unit if unit.ndim == 3 else np.repeat(unit[..., np.newaxis], 3, axis=-1)
