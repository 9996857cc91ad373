"""Numeric arrays in MATLAB files of version 5 (MathWorks, MAT-File Format, chapter 1).

SciPy's reader trusts the types, sizes and counts in such files, and crashes where they are damaged.
"""

import dataclasses
import math
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.limits import check_memory

HEADER = 128
MATRIX, COMPRESSED = 14, 15
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Dtypes of stored elements, by their number (table 1-1)."""
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
"""Dtypes of arrays, by their class (table 1-3); others are no plain numbers."""
COMPLEX = 0x0800
MOST_AXES, LONGEST_NAME = 32, 4096


class DamagedError(ValueError):
    """The file ends early, or an element is none that there is."""


@dataclasses.dataclass(frozen=True)
class NumericArray:
    """An array, not yet read.

    Attributes:
        shape: of it.
        dtype: of it, once read.
    """

    shape: tuple[int, ...]
    dtype: np.dtype


def is_version_5(file: BinaryIO) -> bool:
    """Whether a file is to be read here; files of version 4 begin with a number that has a zero byte."""
    file.seek(0)
    return 0 not in file.read(4)


def list_arrays(file: BinaryIO) -> dict[str, NumericArray]:
    """The real numeric arrays of a file, by name; of two of one name the first.

    Raises:
        DamagedError: the file is damaged.
    """
    found: dict[str, NumericArray] = {}
    for name, array, _ in _arrays(file):
        found.setdefault(name, array)
    return found


def read_array(file: BinaryIO, wanted: str) -> np.ndarray:
    """Read the array of a name.

    Raises:
        DamagedError: the file is damaged.
        InputError: it is not there, or exceeds the memory limit.
    """
    for name, array, elements in _arrays(file):
        if name == wanted:
            check_memory(array.shape, array.dtype.itemsize)
            kind, length = elements.tag()
            if kind not in STORED:
                raise DamagedError(f"element type {kind}")
            dtype = np.dtype(STORED[kind]).newbyteorder(elements.order)
            if length != math.prod(array.shape) * dtype.itemsize:
                raise DamagedError(f"{length} bytes for an array of shape {array.shape}")
            samples = np.frombuffer(elements.read(length), dtype)
            return samples.astype(array.dtype).reshape(array.shape, order="F")
    raise InputError(f"expected an array named {wanted!r}, found none")


class _Source(Protocol):
    def read(self, length: int, /) -> bytes: ...


class _Inflated:
    """What is compressed in a file, unpacked only as far as it is asked for."""

    def __init__(self, file: BinaryIO, length: int):
        self._file, self._left, self._unpacker = file, length, zlib.decompressobj()

    def read(self, length: int, /) -> bytes:
        """The next bytes; fewer at the end."""
        parts, missing = [], length
        while missing and not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail
            if not packed:
                packed = self._file.read(min(self._left, 2**16))
                self._left -= len(packed)
                if not packed:
                    break
            parts.append(self._unpacker.decompress(packed, missing))
            missing -= len(parts[-1])
        return b"".join(parts)


class _Elements:
    """Elements of a file or of an array, one after the other."""

    def __init__(self, source: _Source, order: str):
        self.source, self.order = source, order
        self._small = b""
        self._padding = 0

    def read(self, length: int) -> bytes:
        """The content that a tag announced.

        Raises:
            DamagedError: there is less.
        """
        content, self._small = (self._small[:length], b"") if self._small else (self.source.read(length), b"")
        if len(content) != length:
            raise DamagedError(f"{len(content)} of {length} bytes")
        return content

    def tag(self) -> tuple[int, int]:
        """Type and number of bytes of the next element, whose padding is passed over by the tag after it."""
        self.source.read(self._padding)
        head = self.source.read(8)
        if len(head) != 8:
            raise DamagedError("no further element")
        kind, length = struct.unpack(self.order + "II", head)
        if kind >> 16:
            # A small element holds its bytes in its tag.
            kind, length = kind & 0xFFFF, kind >> 16
            if length > 4:
                raise DamagedError(f"{length} bytes in a tag")
            self._small, self._padding = head[4:], 0
        else:
            self._padding = -length % 8
        return kind, length

    def content(self, kinds: tuple[int, ...], longest: int) -> bytes:
        """Content of the next element, which must be of one of the types."""
        kind, length = self.tag()
        if kind not in kinds or length > longest:
            raise DamagedError(f"element type {kind} of {length} bytes")
        return self.read(length)


def _arrays(file: BinaryIO) -> Iterator[tuple[str, NumericArray, _Elements]]:
    """Name and kind of each array, with the elements that follow: its samples come next."""
    file.seek(0)
    order = {b"IM": "<", b"MI": ">"}.get(file.read(HEADER)[-2:])
    if order is None:
        raise DamagedError("no header of a MATLAB file")
    while head := file.read(8):
        if len(head) != 8:
            raise DamagedError("a file that ends within an element")
        kind, length = struct.unpack(order + "II", head)
        start = file.tell()
        elements = None
        if kind == COMPRESSED:
            elements = _Elements(_Inflated(file, length), order)
            kind, _ = elements.tag()
            elements = _Elements(elements.source, order)
        if kind == MATRIX:
            found = _described(elements or _Elements(file, order))
            if found:
                yield found
        file.seek(start + length)


def _described(elements: _Elements) -> tuple[str, NumericArray, _Elements] | None:
    flags = struct.unpack(elements.order + "II", elements.content((6,), 8).ljust(8, b"\0"))[0]
    if (flags & 0xFF) not in CLASSES or flags & COMPLEX:
        return None
    shape = np.frombuffer(elements.content((5,), 4 * MOST_AXES), np.dtype("i4").newbyteorder(elements.order))
    if (shape < 0).any():
        raise DamagedError(f"an array of shape {tuple(shape.tolist())}")
    name = elements.content((1, 2, 16), LONGEST_NAME).decode("utf-8", "replace")
    return name, NumericArray(tuple(shape.tolist()), np.dtype(CLASSES[flags & 0xFF])), elements
