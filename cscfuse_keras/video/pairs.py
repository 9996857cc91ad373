"""Pairs of pictures of two videos, on the visible one's clock, with the sound that goes with them."""

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from cscfuse_keras.video.colour import Planes
from cscfuse_keras.video.nearest import nearest_pairs
from cscfuse_keras.video.reading import VideoReader


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """What is fused and written in one step.

    Attributes:
        infrared: float32 (height, width) in [0, 1].
        visible: the visible picture's planes.
        seconds: since the visible video's first picture.
        pts: time in the result, in the visible stream's time base.
        duration: likewise.
        sound: packets that come before it, their times those of the result.
    """

    infrared: np.ndarray
    visible: Planes
    seconds: float
    pts: int
    duration: int
    sound: list[Any]


class Pairs:
    """Iterates over `Pair`, once.

    Pictures of the visible video more than half a period before the infrared one's first picture, or as far after its
    last one as its next would come, have no partner and are left out; the result begins at the visible video's first
    time all the same.

    Args:
        infrared: the infrared video.
        visible: the visible video.
        time_offset: seconds after the visible video's first picture that the infrared one's was taken.
    """

    def __init__(self, infrared: VideoReader, visible: VideoReader, time_offset: float = 0.0):
        self.visible, self._infrared = visible, infrared
        self._offset = time_offset
        self._sounding = visible if visible.sound_stream is not None else infrared
        self._period = 1 / float(min(infrared.rate, visible.rate))
        # As long as its last picture is shown, but for rounding.
        self._after = max(1 / float(infrared.rate), self._period / 2) - 1e-3 * self._period
        self._fused = self._far = 0
        # Times of the first and the last pair, in seconds since the visible video's first picture.
        self._first = self._last = 0.0

    @property
    def sound_stream(self) -> Any:
        """The stream whose packets `Pair.sound` holds: the visible video's, else the infrared one's, else None."""
        return self._sounding.sound_stream

    def __iter__(self) -> Iterator[Pair]:
        """Read both videos side by side.

        Raises:
            InputError: one is damaged.
        """
        visible = self.visible
        infrared = ((time + self._offset, picture.planes.luma) for time, picture in self._infrared.pictures())
        first = None
        for picture, luma, distance in nearest_pairs(visible.pictures(), infrared, self._period / 2, self._after):
            first = picture.pts if first is None else first
            self._first, self._last = visible.seconds(first), visible.seconds(picture.pts)
            self._fused += 1
            self._far += distance > self._period
            pts = picture.pts - (first - visible.start)
            yield Pair(luma, picture.planes, self._last, pts, picture.duration, self._sound())

    def sound_left(self) -> list[Any]:
        """Packets of sound after the last pair; to be called when all pairs were given."""
        return self._sound(ended=not (self._sounding is self.visible and self.visible.finished))

    def notes(self) -> list[str]:
        """What has no partner, for warnings; to be called when all pairs were given."""
        visible, infrared = self.visible.path, self._infrared.path
        notes = []
        if self._first > 0:
            notes.append(
                f"{visible}: its first {self._first:.2f} s are left out, {infrared} shows nothing of that time"
            )
        if not self.visible.finished:
            notes.append(
                f"{visible}: what comes after {self._last:.2f} s is left out, {infrared} shows nothing of that time"
            )
        if self._far:
            notes.append(
                f"{infrared}: {self._far} of {self._fused} pictures are fused with the nearest of it, more than "
                f"{1000 * self._period:.0f} ms away, since it has gaps"
            )
        return notes

    def _sound(self, ended: bool = False) -> list[Any]:
        """Take packets that were met, with the times of the result; those before its start, or after its end, go."""
        source, visible = self._sounding, self.visible
        zero = visible.start * visible.time_base
        # From times of the packet to those of the visible video's clock, and on to those of the result.
        to_visible = 0 if source is visible else zero - source.start * source.time_base + Fraction(self._offset)
        to_result = to_visible - Fraction(self._first)
        packets = []
        while source.sound:
            packet = source.sound.popleft()
            seconds = float((packet.dts * packet.time_base) + to_visible - zero)
            before = seconds < self._first and (self._first > 0 or source is not visible)
            after = ended and seconds > self._last + self._period
            if not before and not after:
                shift = round(to_result / packet.time_base)
                packet.dts += shift
                packet.pts = None if packet.pts is None else packet.pts + shift
                packets.append(packet)
        return packets
