"""The merge rules of `cscfuse_keras.fusion` on the host, in threads that each keep to a part that fits the cache.

The same numbers as the Keras layers up to rounding, several times faster on a CPU.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from cscfuse_keras.fusion import total
from cscfuse_keras.runtimes.host_guided_filter import HostGuidedFilter

_LEVELS = np.arange(256, dtype=np.float32)
_DISTANCE = np.abs(_LEVELS[:, None] - _LEVELS[None, :])
_TINY = np.float32(1e-12)
_THREADS = min(8, os.cpu_count() or 1)  # more would wait for the memory
_STRIP = 4096  # pixels of a code at a time: 1 MB at 64 channels


def merge(rule: str, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Merge two codes by a rule of `cscfuse_keras.fusion.RULES`.

    Args:
        rule: name of the rule.
        first: float32 code (height, width, channels).
        second: float32 code of the same shape.

    Returns:
        float32 array of the same shape.
    """
    return {"saliency": _saliency, "l1_norm": _l1_norm, "average": _average, "sum": total}[rule](first, second)


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


def _saliency(first, second):
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
        for pair in zip(*(group[thread::_THREADS] for group in grouped), strict=True):
            merge_pair(*(group.reshape(height, width, planes) for group in pair))

    def interleave(strip):
        cv2.transpose(grouped[1][:, strip], merged.reshape(codes[1].shape)[strip])

    _each_strip(separate, height * width)
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(merge_groups, range(min(_THREADS, groups))))
    _each_strip(interleave, height * width)
    return merged


class _SaliencyMerge:
    """Weighs planes by histogram saliency, refined by guided filters, in buffers kept from call to call."""

    def __init__(self, shape, radius=45, epsilon=0.01):
        self._filter = HostGuidedFilter(shape, radius, epsilon)
        self._guides = [np.empty(shape, np.float32) for _ in range(2)]
        self._saliences = [np.empty(shape, np.float32) for _ in range(2)]
        self._levels = np.empty(shape, np.uint8)

    def __call__(self, first, second):
        """Merge two (height, width, planes) in place of the second; the first is lost."""
        for code, guide, salience in zip((first, second), self._guides, self._saliences, strict=True):
            _normalize(code, guide)
            self._look_up(guide, salience)
        filtered, other = self._filter(self._guides, _share(*self._saliences))
        np.subtract(1, other, out=other)
        first -= second
        cv2.accumulateProduct(first, _share(filtered, other), second)

    def _look_up(self, normalized, salience):
        np.multiply(normalized, 255, out=salience)
        np.copyto(self._levels, salience, casting="unsafe")
        height, width, planes = salience.shape
        counts = [cv2.calcHist([self._levels], [plane], None, [256], [0, 256]).ravel() for plane in range(planes)]
        table = np.stack(counts) / np.float32(height * width) @ _DISTANCE + _TINY
        cv2.LUT(self._levels, np.ascontiguousarray(table.T)[np.newaxis], salience)


def _normalize(code, normalized):
    """Stretch each plane to [0, 1], rows flat: numpy is slow along an axis of few planes."""
    height, width, planes = code.shape
    rows = code.reshape(height, -1)
    low = rows.min(axis=0).reshape(width, planes).min(axis=0)
    extent = rows.max(axis=0).reshape(width, planes).max(axis=0) - low
    extent[extent == 0] = 1
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
