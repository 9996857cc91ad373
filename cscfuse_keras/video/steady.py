"""What fusion asks of whole pictures, averaged over time: else one hot spot that flickers makes all of it flicker."""

import math

import cv2
import numpy as np

TIME_CONSTANT = 0.3
"""Seconds in which a change comes through by 63 %: longer than flicker, short enough to follow a camera that pans."""

_SIDE = 32
_ALIKE = 0.5


class SteadyStatistics:
    """Exponential means over time, by name; a cut to another scene starts them anew.

    Give it to the attribute `over_time` of a runtime of infrared-visible fusion, and call `advance` before each pair.

    Args:
        time_constant: in seconds.
    """

    def __init__(self, time_constant: float = TIME_CONSTANT):
        self._time_constant = time_constant
        self._means: dict = {}
        self._share = 1.0
        self._time: float | None = None
        self._before: list[np.ndarray] = []
        self.cuts = 0

    def advance(self, time: float, *pictures: np.ndarray) -> None:
        """Go on to the next pictures.

        Args:
            time: theirs, in seconds.
            pictures: float32 (height, width), one of each video.
        """
        small = [cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for picture in pictures]
        if self._before and all(_differ(*pair) for pair in zip(self._before, small, strict=True)):
            self._means.clear()
            self.cuts += 1
        passed = 0.0 if self._time is None else time - self._time
        self._share = 1 - math.exp(-passed / self._time_constant)
        self._time, self._before = time, small

    def __call__(self, name, value):
        """The mean of a statistic so far, the value at hand included.

        Args:
            name: of the statistic.
            value: number or array, of one shape always.
        """
        mean = self._means.get(name, value)
        self._means[name] = mean + np.float32(self._share) * (value - mean)
        return self._means[name]


def _differ(before: np.ndarray, now: np.ndarray) -> bool:
    """Whether two pictures show other scenes: then they do not correlate, as they do when only the light changes."""
    before, now = before - before.mean(), now - now.mean()
    norm = float(np.sqrt(np.sum(before * before) * np.sum(now * now)))
    # Without contrast nothing tells.
    return norm > 1e-6 and float(np.sum(before * now)) < _ALIKE * norm
