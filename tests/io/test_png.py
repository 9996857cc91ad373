import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.png import encode_png, read_png


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(samples, bits, colour_type, *extra):
    """A PNG file by hand: unfiltered rows, samples of 1 to 16 bits."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    flat = samples.reshape(height, -1)
    if bits == 16:
        rows = flat.astype(">u2").view(np.uint8)
    else:
        rows = np.packbits((flat[..., None] >> np.arange(bits)[::-1] & 1).reshape(height, -1), axis=1)
    body = zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes())
    chunks = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


LAYOUTS = {0: (6, 5), 4: (6, 5, 2), 2: (6, 5, 3), 6: (6, 5, 4)}


@pytest.mark.parametrize("colour_type", LAYOUTS)
@pytest.mark.parametrize(("bits", "dtype"), [(8, "uint8"), (16, "uint16")])
def test_samples_of_a_file_made_by_hand(make_samples, bits, dtype, colour_type):
    samples = make_samples(dtype, *LAYOUTS[colour_type])
    read = read_png(png(samples, bits, colour_type), 100).samples
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, samples)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_fill_the_whole_range(random, bits):
    levels = random.integers(0, 2**bits, (3, 16))
    read = read_png(png(levels, bits, 0), 100).samples
    np.testing.assert_array_equal(read, levels * (255 // (2**bits - 1)))


@pytest.mark.parametrize(("bits", "colour_type"), [(1, 0), (2, 0), (4, 0), (8, 0), (8, 2), (16, 0), (16, 2)])
def test_a_transparent_colour_becomes_alpha(random, bits, colour_type):
    levels = random.integers(0, 2**bits, (4, 8, 3 if colour_type == 2 else 1))
    key = levels[2, 3].copy()
    levels[0, 1] = key
    read = read_png(png(levels, bits, colour_type, chunk(b"tRNS", key.astype(">u2").tobytes())), 100).samples
    opaque = 65535 if bits == 16 else 255
    scale = opaque // (2**bits - 1)
    np.testing.assert_array_equal(read[..., :-1], levels * scale)
    np.testing.assert_array_equal(read[..., -1], np.where((levels == key).all(-1), 0, opaque))


@pytest.mark.parametrize("colour_type", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_other_readers_agree_on_what_is_written(make_samples, dtype, colour_type):
    samples = make_samples(dtype, *LAYOUTS[colour_type])
    encoded = encode_png(samples, None, None)
    by_opencv = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    expected = {
        0: samples,
        4: samples[..., [0, 0, 0, -1]] if colour_type == 4 else None,
        2: samples[..., ::-1],
        6: samples[..., [2, 1, 0, 3]] if colour_type == 6 else None,
    }[colour_type]
    np.testing.assert_array_equal(by_opencv, expected)
    with Image.open(io.BytesIO(encoded)) as image:
        image.load()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3)])
def test_pillow_finds_the_metadata(make_samples, make_exif, rgb_profile, dtype, shape):
    encoded = encode_png(make_samples(dtype, *shape), make_exif(), rgb_profile)
    with Image.open(io.BytesIO(encoded)) as image:
        image.load()
        assert image.info["icc_profile"] == rgb_profile
        assert image.getexif()[271] == "Camera & Sons"


def test_metadata_behind_the_pixels_counts(make_samples, make_exif):
    encoded = encode_png(make_samples("uint16", 4, 5, 3), None, None)
    moved = encoded[:-12] + chunk(b"eXIf", make_exif()) + encoded[-12:]
    assert read_png(moved, 100).exif == make_exif()


def test_the_filter_helps_compression():
    ramp = np.add.outer(np.arange(64), np.arange(64))[..., None] * np.array([300, 200, 100]) % 65536
    assert len(encode_png(ramp.astype(np.uint16), None, None)) < 64 * 64 * 6 / 20


def test_bytes_behind_the_end_do_not_matter(make_samples):
    samples = make_samples("uint8", 4, 5)
    np.testing.assert_array_equal(read_png(encode_png(samples, None, None) + b"trailing", 100).samples, samples)


def test_a_damaged_byte_is_found(make_samples):
    damaged = bytearray(encode_png(make_samples("uint8", 30, 30, 3), None, None))
    damaged[len(damaged) // 2] ^= 1
    with pytest.raises(InputError, match="damaged b'IDAT' chunk"):
        read_png(bytes(damaged), 1000)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_rows_missing_behind_right_checksums_are_found(dtype):
    samples = np.zeros((20, 4, 3), dtype)
    bits = 8 * samples.itemsize
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 400, bits, 2, 0, 0, 0))
    short = png(samples, bits, 2)
    with pytest.raises((ValueError, OSError)):
        read_png(short[:8] + header + short[33:], 10_000)
