"""The merge rules of `cscfuse_keras.fusion` on the host, in threads that each keep to a part that fits the cache.

The same numbers as the Keras layers up to rounding, several times faster on a CPU.
"""

import dataclasses
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from cscfuse_keras.fusion import total
from cscfuse_keras.runtimes.host_guided_filter import HostGuidedFilter

_LEVELS = np.arange(256, dtype=np.float32)
_DISTANCE = np.abs(_LEVELS[:, None] - _LEVELS[None, :])
_TINY = np.float32(1e-12)
_THREADS = min(8, os.cpu_count() or 1)  # more would wait for the memory
_RADIUS = 45  # of the guided filter, see `cscfuse_keras.fusion.saliency`
_STRIP = 4096  # pixels of a code at a time: 1 MB at 64 channels


RULE_REACH = {"saliency": 2 * _RADIUS, "l1_norm": 1, "average": 0, "sum": 0}
"""Pixels on all sides that a merged pixel depends on, by rule, besides the statistics of the whole code."""


@dataclasses.dataclass(frozen=True, eq=False)
class CodeStatistics:
    """What the saliency rule asks of a whole code, channel by channel.

    Attributes:
        low: least value (channels,).
        extent: greatest less least value (channels,), 1 where they are equal.
        salience: of each of 256 levels (channels, 256).
    """

    low: np.ndarray
    extent: np.ndarray
    salience: np.ndarray


def merge(
    rule: str, first: np.ndarray, second: np.ndarray, statistics: Sequence[CodeStatistics] | None = None
) -> np.ndarray:
    """Merge two codes by a rule of `cscfuse_keras.fusion.RULES`.

    Args:
        rule: name of the rule.
        first: float32 code (height, width, channels).
        second: float32 code of the same shape.
        statistics: for saliency, those of both codes if these are parts of larger ones.

    Returns:
        float32 array of the same shape.
    """
    if rule == "saliency":
        return _saliency(first, second, statistics)
    return {"l1_norm": _l1_norm, "average": _average, "sum": total}[rule](first, second)


def statistics_of(low: np.ndarray, high: np.ndarray, counts: np.ndarray) -> CodeStatistics:
    """Statistics from the least and greatest values (channels,) and the pixels at each level (channels, 256)."""
    salience = (counts / counts.sum(axis=1, keepdims=True)).astype(np.float32) @ _DISTANCE + _TINY
    return CodeStatistics(low, _extent(low, high), salience)


def count_levels(code: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Pixels of a code (height, width, channels) at each of 256 levels from `low` to `high`, (channels, 256).

    What lies outside is counted at the ends.
    """
    channels = code.shape[2]
    levels = np.clip(np.float32(255) * ((code - low) / _extent(low, high)), 0, 255).astype(np.uint8)
    indices = levels.reshape(-1, channels) + 256 * np.arange(channels)
    return np.bincount(indices.ravel(), minlength=256 * channels).reshape(channels, 256)


def _extent(low, high):
    return np.where(high == low, np.float32(1), high - low)


def _average(first, second):
    flat = (len(first), -1)
    return cv2.addWeighted(first.reshape(flat), 0.5, second.reshape(flat), 0.5, 0).reshape(first.shape)


def _l1_norm(first, second):
    weight = _share(*(_activity(code) for code in (first, second))).reshape(-1, 1)
    merged = np.empty_like(first)
    pixels = [code.reshape(-1, first.shape[2]) for code in (first, second, merged)]

    def blend(strip):
        one, other, result = (code[strip] for code in pixels)
        np.subtract(one, other, out=result)
        result *= weight[strip]
        result += other

    _each_strip(blend, len(weight))
    return merged


def _activity(code):
    pixels = code.reshape(-1, code.shape[2])
    norm = np.empty(code.shape[:2], np.float32)
    ones = np.ones(code.shape[2], np.float32)
    sums = norm.reshape(-1)

    def add_up(strip):
        np.matmul(np.abs(pixels[strip]), ones, out=sums[strip])

    _each_strip(add_up, len(pixels))
    return cv2.blur(norm, (3, 3), borderType=cv2.BORDER_CONSTANT)


def _saliency(first, second, statistics):
    height, width, channels = first.shape
    planes = 4 if channels % 4 == 0 else 1
    groups = channels // planes
    codes = [code.reshape(-1, groups, planes) for code in (first, second)]
    grouped = [np.empty((groups, height * width, planes), np.float32) for _ in codes]
    merged = np.empty(first.shape, np.float32)

    def separate(strip):
        for code, group in zip(codes, grouped, strict=True):
            cv2.transpose(code[strip], group[:, strip])

    def merge_groups(thread):
        merge_pair = _SaliencyMerge((height, width, planes))
        for group in range(thread, groups, _THREADS):
            known = statistics and [
                _planes_of(each, slice(planes * group, planes * (group + 1))) for each in statistics
            ]
            merge_pair(*(each[group].reshape(height, width, planes) for each in grouped), known)

    def interleave(strip):
        cv2.transpose(grouped[1][:, strip], merged.reshape(codes[1].shape)[strip])

    _each_strip(separate, height * width)
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(merge_groups, range(min(_THREADS, groups))))
    _each_strip(interleave, height * width)
    return merged


class _SaliencyMerge:
    """Weighs planes by histogram saliency, refined by guided filters, in buffers kept from call to call."""

    def __init__(self, shape, radius=_RADIUS, epsilon=0.01):
        self._filter = HostGuidedFilter(shape, radius, epsilon)
        self._guides = [np.empty(shape, np.float32) for _ in range(2)]
        self._saliences = [np.empty(shape, np.float32) for _ in range(2)]
        self._levels: np.ndarray = np.empty(shape, np.uint8)

    def __call__(self, first, second, statistics):
        """Merge two (height, width, planes) in place of the second; the first is lost."""
        codes, known = (first, second), statistics or (None, None)
        for code, guide, salience, each in zip(codes, self._guides, self._saliences, known, strict=True):
            low, extent = (each.low, each.extent) if each else _range(code)
            _normalize(code, guide, low, extent)
            self._look_up(guide, salience, each)
        filtered, other = self._filter(self._guides, _share(*self._saliences))
        np.subtract(1, other, out=other)
        first -= second
        cv2.accumulateProduct(first, _share(filtered, other), second)

    def _look_up(self, normalized, salience, statistics):
        np.multiply(normalized, 255, out=salience)
        if statistics:
            # Averages over time need not hold all values of this picture.
            np.clip(salience, 0, 255, out=salience)
        np.copyto(self._levels, salience, casting="unsafe")
        table = statistics.salience if statistics else self._salience()
        cv2.LUT(self._levels, np.ascontiguousarray(table.T)[np.newaxis], salience)

    def _salience(self):
        height, width, planes = self._levels.shape
        counts = [cv2.calcHist([self._levels], [plane], None, [256], [0, 256]).ravel() for plane in range(planes)]
        return np.stack(counts) / np.float32(height * width) @ _DISTANCE + _TINY


def _planes_of(statistics, planes):
    return CodeStatistics(statistics.low[planes], statistics.extent[planes], statistics.salience[planes])


def _range(code):
    """Least value and extent of each plane, rows flat: numpy is slow along an axis of few planes."""
    height, width, planes = code.shape
    rows = code.reshape(height, -1)
    low, high = (
        reduce(reduce(rows, axis=0).reshape(width, planes), axis=0) for reduce in (np.minimum.reduce, np.maximum.reduce)
    )
    return low, _extent(low, high)


def _normalize(code, normalized, low, extent):
    """Stretch each plane to [0, 1], rows flat."""
    height, width, _ = code.shape
    rows = code.reshape(height, -1)
    flat = np.subtract(rows, np.tile(low, width), out=normalized.reshape(height, -1))
    flat /= np.tile(extent, width)


def _share(first, second):
    """First / (first + second) in place of the first, one half where both are zero; the second is lost."""
    second += first
    empty = second == 0
    if empty.any():
        first[empty], second[empty] = 0.5, 1
    first /= second
    return first


def _each_strip(work, pixels):
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(work, (slice(start, start + _STRIP) for start in range(0, pixels, _STRIP))))
