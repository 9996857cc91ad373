"""Pictures made to do harm: small files that would unpack to fill memory, and more pixels than are allowed."""

import io
import lzma
import struct
import tracemalloc
import zlib

import h5py
import numpy as np
import pytest
import tifffile

from cscfuse_keras.io import limits, write_picture
from cscfuse_keras.io.png import SIGNATURE, _chunk

BOMB = 5 * 10**7
"""Bytes that a bomb unpacks to; its file has a thousandth of them."""


@pytest.fixture(scope="module")
def packed():
    return {"zlib": zlib.compress(bytes(BOMB), 1), "lzma": lzma.compress(bytes(2 * BOMB), preset=0)}


@pytest.fixture(scope="module")
def strips(packed):
    return {name: tiff_bomb(name, content) for name, content in packed.items()}


@pytest.fixture
def little_memory():
    """Refuse to pass if Python's memory has grown by a large part of a bomb."""
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < BOMB / 4


def fuse(task, path, tmp_path):
    other = tmp_path / "other.npy" if task == "msf" else tmp_path / "other.png"
    if task == "msf":
        np.save(other, np.zeros((128, 128), "uint8"))
    else:
        write_picture(other, np.zeros((64, 64), "uint8"))
    output = tmp_path / ("fused.npy" if task == "msf" else "fused.png")
    return ["fuse", "--task", task, path, other, "-o", output, "--preset", f"{task}-lite"]


def tiff_bomb(compression, content):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((64, 64), "uint16"), compression=compression, metadata=None)
    changed = bytearray(buffer.getvalue())
    with tifffile.TiffFile(io.BytesIO(changed)) as tiff:
        places = [tiff.pages.first.tags[tag].offset for tag in (273, 279)]
    for place, value in zip(places, (len(changed), len(content)), strict=True):
        struct.pack_into("<HII", changed, place + 2, 4, 1, value)
    return bytes(changed) + content


@pytest.mark.parametrize("compression", ["zlib", "lzma"])
@pytest.mark.parametrize("task", ["ivf", "mef", "msf"])
def test_a_strip_is_not_unpacked_beyond_its_size(refused, tmp_path, strips, little_memory, task, compression):
    path = tmp_path / "bomb.tif"
    path.write_bytes(strips[compression])
    refused(3, *fuse(task, path, tmp_path), words=[path, "unpacks to more"])


def test_a_large_strip_is_unpacked_as_far_as_it_goes(refused, tmp_path, packed, monkeypatch):
    monkeypatch.setattr("cscfuse_keras.io.tiff.LARGEST_UNPACKED", 0)
    path = tmp_path / "bomb.tif"
    path.write_bytes(tiff_bomb("zlib", zlib.compress(bytes(8193), 9)))
    refused(3, *fuse("ivf", path, tmp_path), words=[path, "8192 bytes", "unpacks to more"])


def test_pixels_of_png_beyond_its_rows_are_not_kept(run, tmp_path, packed, little_memory):
    path, header = tmp_path / "bomb.png", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    path.write_bytes(SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed["zlib"]) + _chunk(b"IEND", b""))
    assert run(*fuse("ivf", path, tmp_path)).code in (0, 3)


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt", b"iTXt"])
def test_what_is_packed_beside_the_pixels_of_png_is_bounded(run, tmp_path, packed, little_memory, name):
    path, header = tmp_path / "bomb.png", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    head = {b"iCCP": b"profile\0\0", b"zTXt": b"text\0\0", b"iTXt": b"text\0\1\0\0\0"}[name]
    chunks = [
        _chunk(b"IHDR", header),
        _chunk(name, head + packed["zlib"]),
        _chunk(b"IDAT", zlib.compress(bytes(64 * 65))),
        _chunk(b"IEND", b""),
    ]
    path.write_bytes(SIGNATURE + b"".join(chunks))
    assert run(*fuse("ivf", path, tmp_path)).code in (0, 3)


def test_a_chunk_of_hdf5_is_not_unpacked_beyond_its_size(refused, tmp_path, packed):
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        bands = file.create_dataset("bands", (64, 64, 1), "uint8", chunks=(64, 64, 1), compression="gzip")
        bands.id.write_direct_chunk((0, 0, 0), packed["zlib"])
    refused(3, *fuse("msf", path, tmp_path), words=[path, "damaged"])


@pytest.mark.parametrize("task", ["ivf", "mef", "msf"])
def test_pixels_are_limited_for_every_command(refused, tmp_path, monkeypatch, samples_of, task):
    path = tmp_path / "picture.png"
    write_picture(path, samples_of(64, 64))
    monkeypatch.setenv(limits.PIXELS_VARIABLE, "4095" if task != "msf" else "409")
    refused(3, *fuse(task, path, tmp_path), words=[path, "64 x 64", limits.PIXELS_VARIABLE])


@pytest.mark.parametrize("suffix", [".npy", ".tif"])
def test_memory_is_limited_for_every_command(refused, tmp_path, monkeypatch, samples_of, suffix):
    path = tmp_path / f"low{suffix}"
    if suffix == ".npy":
        np.save(path, samples_of(64, 64, 4))
    else:
        tifffile.imwrite(path, samples_of(4, 64, 64), photometric="minisblack")
    monkeypatch.setenv(limits.MEMORY_VARIABLE, "16383")
    refused(3, *fuse("msf", path, tmp_path), words=[path, limits.MEMORY_VARIABLE])
