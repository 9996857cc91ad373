"""EXIF blocks and colour profiles, carried from one file format to another.

An EXIF block is a TIFF header followed by directories of tags: TIFF 6.0, section 2, and CIPA DC-008
(EXIF 2.32), section 4.6. Tag values are copied as bytes and never interpreted, the orientation excepted.
"""

import struct
from typing import NamedTuple, TypeAlias

import numpy as np

ORIENTATION = 274
ICC_PROFILE = 34675
RESOLUTION = {282, 283, 296}
EXPOSURE_TIME = 33434
EXIF_DIRECTORY = 34665
GPS_DIRECTORY = 34853
INTEROPERABILITY_DIRECTORY = 40965
MAIN_DIRECTORY = 0
SUBDIRECTORIES = {
    MAIN_DIRECTORY: {EXIF_DIRECTORY, GPS_DIRECTORY},
    EXIF_DIRECTORY: {INTEROPERABILITY_DIRECTORY},
}
"""The tags by which a directory points to others."""

DESCRIPTION = {270, 271, 272, 305, 306, 315, 316, 700, 33432, *range(40091, 40096)}
"""Tags of the main directory that tell about the picture: title, camera, date, artist, copyright, XMP, ..."""
KEPT_TAGS = DESCRIPTION | RESOLUTION | {ORIENTATION} | SUBDIRECTORIES[MAIN_DIRECTORY]
"""What survives between a TIFF file and an EXIF block; the rest says how that one file stores its pixels."""

TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
LONG = 4
RATIONAL = 5
UNDEFINED = 7


class Value(NamedTuple):
    """A tag's value as it is stored: TIFF type, number of items, bytes."""

    type: int
    count: int
    content: bytes


Directory: TypeAlias = "dict[int, Value | Directory]"


class DamagedExifError(ValueError):
    """The bytes are no EXIF block, or point outside themselves."""


def byte_order(block: bytes) -> str:
    """Read from a TIFF header the byte order, as `struct` writes it: `<` or `>`."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(block[:4]))
    if order is None:
        raise DamagedExifError("no TIFF header")
    return order


def read_main_directory(block: bytes) -> Directory:
    """Read the first directory of an EXIF block or TIFF file, with those it points to."""
    order = byte_order(block)
    try:
        (offset,) = struct.unpack_from(order + "I", block, 4)
        return read_directory(block, order, offset, MAIN_DIRECTORY)
    except struct.error as problem:
        raise DamagedExifError(str(problem)) from None


def read_directory(block: bytes, order: str, offset: int, name: int | None) -> Directory:
    """Read the directory at `offset` that the tag `name` points to; if None, none of those it points to."""
    entries: Directory = {}
    (number,) = struct.unpack_from(order + "H", block, offset)
    total = 0
    for position in range(offset + 2, offset + 2 + 12 * number, 12):
        tag, kind, count = struct.unpack_from(order + "HHI", block, position)
        (pointer,) = struct.unpack_from(order + "I", block, position + 8)
        if tag in SUBDIRECTORIES.get(name, ()):
            entries[tag] = read_directory(block, order, pointer, tag)
        elif kind in TYPE_SIZES:
            size = TYPE_SIZES[kind] * count
            start = pointer if size > 4 else position + 8
            total += size
            # Together the values cannot be longer than the block, unless entries share bytes to fill memory.
            if start + size > len(block) or total > len(block):
                raise DamagedExifError(f"tag {tag} points outside the block")
            entries[tag] = Value(kind, count, bytes(block[start : start + size]))
    return entries


def write_directory(entries: Directory, order: str, offset: int) -> bytes:
    """Write a directory, and behind it all it points to, to stand at the even `offset` of a file."""
    records, values = bytearray(), bytearray()
    behind = offset + 2 + 12 * len(entries) + 4
    for tag, entry in sorted(entries.items()):
        pointer = struct.pack(order + "I", behind + len(values))
        if isinstance(entry, dict):
            kind, count, content = LONG, 1, pointer
            values += write_directory(entry, order, behind + len(values))
        else:
            kind, count, content = entry
            if len(content) > 4:
                values += content + bytes(len(content) % 2)
                content = pointer
        records += struct.pack(order + "HHI", tag, kind, count) + content.ljust(4, b"\0")
    return struct.pack(order + "H", len(entries)) + records + bytes(4) + values


def write_block(main: Directory, order: str) -> bytes:
    """Write a main directory, and all it points to, as an EXIF block of that byte order."""
    header = {"<": b"II*\0", ">": b"MM\0*"}[order]
    return header + struct.pack(order + "I", 8) + write_directory(main, order, 8)


def exif_of_tiff(tiff: bytes) -> bytes | None:
    """Make an EXIF block of a TIFF file's tags; None if they tell nothing about the picture.

    Raises:
        DamagedExifError: a directory cannot be read.
    """
    order = byte_order(tiff)
    kept = {tag: entry for tag, entry in read_main_directory(tiff).items() if tag in KEPT_TAGS}
    if not kept.keys() - RESOLUTION - {ORIENTATION}:
        return None
    return write_block(kept, order)


def add_to_tiff(tiff: bytes, exif: bytes | None, icc_profile: bytes | None) -> bytes:
    """Give a TIFF file, in the byte order of `exif`, a new main directory with the tags of both.

    Raises:
        DamagedExifError: `exif` cannot be read.
    """
    order = byte_order(tiff)
    entries = read_main_directory(tiff)
    if exif:
        entries |= {tag: entry for tag, entry in read_main_directory(exif).items() if tag in KEPT_TAGS}
    if icc_profile:
        entries[ICC_PROFILE] = Value(UNDEFINED, len(icc_profile), icc_profile)
    padding = bytes(len(tiff) % 2)
    offset = len(tiff) + len(padding)
    directory = write_directory(entries, order, offset)
    return b"".join([tiff[:4], struct.pack(order + "I", offset), tiff[8:], padding, directory])


def take_orientation(exif: bytes) -> tuple[int, bytes]:
    """Read the orientation of an EXIF block and reset it to 1, in place, so that all else stays as it was.

    The thumbnail is unlinked too: of a fused picture it would show only one source, unturned.

    Returns:
        The orientation, 1 to 8 (1 if there is none), and the block to keep.

    Raises:
        DamagedExifError: the block cannot be read.
    """
    order = byte_order(exif)
    block = bytearray(exif)
    orientation = 1
    try:
        (offset,) = struct.unpack_from(order + "I", block, 4)
        (number,) = struct.unpack_from(order + "H", block, offset)
        end = offset + 2 + 12 * number
        for position in range(offset + 2, end, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", block, position)
            if (tag, kind) == (ORIENTATION, 3):
                orientation = value if 1 <= value <= 8 else 1
                struct.pack_into(order + "H", block, position + 8, 1)
        if end + 4 <= len(block):
            struct.pack_into(order + "I", block, end, 0)
    except struct.error as problem:
        raise DamagedExifError(str(problem)) from None
    return orientation, bytes(block)


def exposure_time(exif: bytes | None) -> float | None:
    """Read the exposure time of an EXIF block.

    Args:
        exif: EXIF block, as in `Picture.exif`.

    Returns:
        Seconds; None if the block is None, damaged, or tells no time above 0.
    """
    if exif is None:
        return None
    try:
        camera = read_main_directory(exif).get(EXIF_DIRECTORY)
    except DamagedExifError:
        return None
    time = camera.get(EXPOSURE_TIME) if isinstance(camera, dict) else None
    if not isinstance(time, Value) or (time.type, time.count) != (RATIONAL, 1):
        return None
    numerator, denominator = struct.unpack(byte_order(exif) + "II", time.content)
    return numerator / denominator if numerator and denominator else None


def upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """Turn stored rows and columns to how the picture is looked at (EXIF 2.32, section 4.6.4)."""
    if orientation >= 5:
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)


def profile_for(icc_profile: bytes | None, colour: bool) -> bytes | None:
    """Keep a profile only if its colour space (ICC.1:2022, section 7.2.6) can be that of the pixels."""
    other_spaces = {b"CMYK", b"GRAY" if colour else b"RGB "}
    return None if icc_profile is None or icc_profile[16:20] in other_spaces else icc_profile
