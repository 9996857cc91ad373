"""HDF5 files opened as data only: nothing in them may point outside, or claim more than is there."""

import contextlib
import json
import math
import os
from collections.abc import Iterator
from typing import IO, Any

import h5py
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.limits import check_memory

MOST_LINKS = 100_000
DESCRIPTION = "description"
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
"""Others may be those of plug-ins, or read beyond their input where it is damaged."""


@contextlib.contextmanager
def open_hdf5(source: str | os.PathLike | IO[bytes]) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading.

    Refused are soft and external links, arrays stored in other files (external storage, virtual datasets) and more
    than `MOST_LINKS` links. What arrays claim to hold is for who reads them to check: `check_array`.

    Raises:
        OSError: the file is missing or is no HDF5 file.
        InputError: it is refused.
    """
    with h5py.File(source, "r") as file:
        check_self_contained(file)
        yield file


def check_self_contained(file: h5py.File) -> None:
    """Refuse a file that points outside itself, or to no end.

    Raises:
        InputError: it does; the message names no file.
    """
    count = 0

    def look(name, link):
        nonlocal count
        count += 1
        if count > MOST_LINKS:
            return f"more than {MOST_LINKS} links"
        if not isinstance(link, h5py.HardLink):
            return f"{name!r}, a link to {getattr(link, 'filename', '')!r}, {getattr(link, 'path', '')!r}"
        return None

    def look_inside(name, item):
        if isinstance(item, h5py.Dataset) and (item.is_virtual or item.external):
            return f"{name!r}, an array stored in other files"
        return None

    # A visitor that returns something ends the visit.
    found = file.visititems_links(look) or file.visititems(look_inside)
    if found:
        raise InputError(f"expected an HDF5 file that holds all its data itself, found {found}; copy the data into it")


def write_description(file: h5py.File, content: dict[str, Any]) -> None:
    """Store plain data that tells what a file is, as JSON in an array.

    Texts in attributes would lie where the HDF5 library, when they are damaged, crashes or never returns.
    """
    file.create_dataset(DESCRIPTION, data=np.frombuffer(json.dumps(content).encode(), np.uint8))


def read_description(file: h5py.File) -> dict[str, Any]:
    """Read what `write_description` stored; nothing where there is none.

    Raises:
        InputError: it is damaged; the message names no file.
    """
    stored = file.get(DESCRIPTION)
    if not isinstance(stored, h5py.Dataset) or stored.dtype != np.uint8 or stored.ndim != 1:
        return {}
    check_array(stored)
    try:
        content = json.loads(np.asarray(stored).tobytes())
    except (ValueError, RecursionError) as problem:
        raise InputError(f"expected a description of the file, found a damaged one ({problem})") from None
    return content if isinstance(content, dict) else {}


def read_number(item: h5py.File | h5py.Group, name: str) -> float:
    """Read a number that is attached to a file or group.

    Raises:
        InputError: there is none, or something else: a damaged one may claim any size.
    """
    attribute = item.attrs.get_id(name) if name in item.attrs else None
    if attribute is None or attribute.shape != () or attribute.dtype.kind not in "uif":
        raise InputError(f"expected a number {name!r} at {item.name!r}, found none")
    return item.attrs[name].item()


def check_array(dataset: h5py.Dataset) -> None:
    """Refuse an array that is too large for the memory limit, or is not stored whole and as its description says.

    The HDF5 library trusts the table of an array's chunks, and reads beyond its memory where that is damaged.

    Raises:
        InputError: it does; the message names no file.
    """
    if dataset.shape is None:
        raise InputError(f"expected numbers in {dataset.name!r}, found an empty array; write them")
    check_memory(dataset.shape, dataset.dtype.itemsize)
    # What was never written reads as zeros, however much it is.
    if dataset.chunks is None:
        whole = dataset.id.get_storage_size() >= dataset.size * dataset.dtype.itemsize
    else:
        whole = _all_chunks(dataset)
    if not whole:
        raise InputError(
            f"expected all samples of {dataset.name!r}, found some that were never written or are damaged; copy the "
            "file again from its source"
        )


def _all_chunks(dataset: h5py.Dataset) -> bool:
    """Whether every chunk is there, once, on the grid, inside the file, and packed as the array's filters pack."""
    settings = dataset.id.get_create_plist()
    filters = {settings.get_filter(number)[0] for number in range(settings.get_nfilters())}
    if not filters <= FILTERS:
        raise InputError(
            f"expected no filters but deflate, shuffle and fletcher32 in {dataset.name!r}, found others; convert the "
            "file, for instance by h5repack -f GZIP=4"
        )
    plain = math.prod(dataset.chunks) * dataset.dtype.itemsize
    length = dataset.file.id.get_filesize()
    found = set()

    def look(chunk):
        sound = chunk.byte_offset is not None and chunk.byte_offset + chunk.size <= length
        # What cannot be made smaller grows by little; a larger one unpacks to more than the chunk, filling memory.
        size_fits = 0 < chunk.size <= 1.01 * plain + 1024 if filters else chunk.size == plain
        sound = sound and chunk.filter_mask == 0 and size_fits
        places = zip(chunk.chunk_offset, dataset.chunks, dataset.shape, strict=True)
        sound = sound and all(start % side == 0 and start < whole for start, side, whole in places)
        if not sound:
            return True
        found.add(chunk.chunk_offset)
        return None

    damaged = dataset.id.chunk_iter(look)
    counts = (-(-length // side) for length, side in zip(dataset.shape, dataset.chunks, strict=True))
    return not damaged and len(found) == dataset.id.get_num_chunks() == math.prod(counts)
