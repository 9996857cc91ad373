"""Sizes that do not fit each other, are unusual, or are not those of the file."""

import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from cscfuse_keras.io import read_picture, write_picture

TASKS = ("ivf", "mef", "msf")
PICTURES = ("ivf", "mef")


@pytest.mark.parametrize("task", PICTURES)
def test_pictures_of_different_size(refused, partner, tmp_path, samples_of, task):
    write_picture(tmp_path / "wide.png", samples_of(24, 33))
    refused(
        3, *partner(task, tmp_path / "wide.png"), words=["wide.png", "fellow.png", "one size", "33 x 24", "32 x 24"]
    )


@pytest.mark.parametrize(
    ("size", "remedy"),
    [
        ((24, 33), "resample the guide to 32 x 24"),
        ((25, 32), "resample the guide to 32 x 24"),
        ((24, 48), "resample the guide to 32 x 24"),
        ((36, 48), "a scale of 3"),
    ],
)
def test_ratios_that_the_preset_is_not_for(refused, partner, tmp_path, samples_of, size, remedy):
    write_picture(tmp_path / "guide.png", samples_of(*size))
    words = ["low.npy", "guide.png", "2 times", f"{size[1]} x {size[0]}", "16 x 12", remedy]
    refused(3, *partner("msf", tmp_path / "guide.png"), words=words)


def test_a_ratio_that_is_not_whole_cannot_be_learned(refused, partner, tmp_path, samples_of):
    write_picture(tmp_path / "guide.png", samples_of(24, 33))
    command = partner("msf", tmp_path / "guide.png")
    words = ["low.npy", "guide.png", "a whole number of times", "16 x 12 and 33 x 24"]
    refused(3, *command[: command.index("--preset")], "--adapt", words=words)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("size", [(1, 1), (1, 17), (13, 1), (2, 2), (5, 6), (7, 3), (31, 37)])
def test_odd_prime_and_tiny_sizes(run, partner, tmp_path, samples_of, task, size):
    """Whatever the border of a convolution needs is added inside."""
    if task == "msf":
        size = 2 * size[0], 2 * size[1]
    write_picture(tmp_path / "a.png", samples_of(*size, *([] if task == "msf" else [3])))
    outcome = run(*partner(task, tmp_path / "a.png", size=size))
    assert outcome.code == 0, outcome
    fused = np.load(tmp_path / "fused.npy") if task == "msf" else read_picture(tmp_path / "fused.png").pixels
    assert fused.shape == (*size, 4 if task == "msf" else 3)


@pytest.mark.parametrize("preset", ["ivf", "ivf-paper", "mef", "mef-paper"])
def test_a_single_pixel_by_other_presets(run, tmp_path, samples_of, preset):
    for k in range(2):
        write_picture(tmp_path / f"{k}.png", samples_of(1, 1, 3, seed=k))
    sources = tmp_path / "0.png", tmp_path / "1.png"
    outcome = run("fuse", "--task", preset[:3], *sources, "-o", tmp_path / "fused.png", "--preset", preset)
    assert outcome.code == 0, outcome
    assert read_picture(tmp_path / "fused.png").pixels.shape == (1, 1, 3)


def test_a_single_pixel_aligned(run, partner, tmp_path):
    write_picture(tmp_path / "a.png", np.full((1, 1, 3), 9, "uint8"))
    outcome = run(*partner("mef", tmp_path / "a.png", size=(1, 1)), "--align")
    assert (outcome.code, len(outcome.errors)) == (3, 1)
    assert "too little in common" in outcome.errors[0]


def png(side):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


def tiff(side):
    entries = [(256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1)]
    entries += [(278, 4, side), (279, 4, 4)]
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<I", 12) + b"data" + struct.pack("<H", len(entries)) + directory + bytes(4)


def bmp(side):
    return (
        b"BM"
        + struct.pack("<IHHI", 99, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, *[0] * 6)
        + b"data"
    )


def npy(side):
    header = repr({"descr": "|u1", "fortran_order": False, "shape": (side, side, 4)}).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + b"data"


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("make", [png, tiff, bmp], ids=lambda make: make.__name__)
def test_a_header_that_claims_too_many_pixels(refused, partner, tmp_path, memory_taken, task, make):
    path = tmp_path / f"huge.{make.__name__.replace('tiff', 'tif')}"
    path.write_bytes(make(10**6))
    command = partner(task, path)
    taken = memory_taken(lambda: refused(3, *command, words=["huge", "1000000 x 1000000", "make the"]))
    assert taken < 200e6


@pytest.mark.parametrize("kind", ["npy", "h5", "mat"])
def test_an_array_that_claims_too_many_samples(refused, partner, tmp_path, memory_taken, kind):
    path = tmp_path / f"huge.{kind}"
    if kind == "npy":
        path.write_bytes(npy(10**6))
    else:
        h5py = pytest.importorskip("h5py")
        with h5py.File(path, "w") as file:
            file.create_dataset("bands", (10**6, 10**6, 4), "uint8", chunks=(100, 100, 4))
    command = partner("msf", path, other=True)
    taken = memory_taken(lambda: refused(3, *command, words=["huge", "expected"]))
    assert taken < 200e6


@pytest.fixture
def memory_taken():
    """Most memory that Python and NumPy take at a time while a function runs, in bytes."""
    import tracemalloc

    def measure(function):
        tracemalloc.start()
        try:
            function()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measure


LIMITED = """
import resource, sys
from cscfuse_keras.io import read_picture
from cscfuse_keras.errors import InputError
taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    read_picture(sys.argv[1])
except InputError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - taken)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units")
def test_a_header_is_refused_without_memory_of_the_decoders(tmp_path):
    """What libraries in C take is counted only by the system."""
    (tmp_path / "huge.png").write_bytes(png(10**6))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path / "huge.png"], capture_output=True, text=True, timeout=60, check=True
    )
    assert int(done.stdout) < 50_000


def test_several_pages_are_no_picture(refused, partner, tmp_path, samples_of):
    tifffile.imwrite(tmp_path / "pages.tif", samples_of(3, 24, 32), photometric="minisblack")
    frames = [Image.fromarray(samples_of(24, 32, seed=k)) for k in range(3)]
    frames[0].save(tmp_path / "frames.webp", save_all=True, append_images=frames[1:])
    for task in PICTURES:
        refused(3, *partner(task, tmp_path / "pages.tif"), words=["pages.tif", "expected one page, found 3"])
        refused(3, *partner(task, tmp_path / "frames.webp"), words=["frames.webp", "expected one picture, found 3"])
