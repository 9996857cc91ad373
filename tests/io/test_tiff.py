import io

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.tiff import encode_tiff, read_tiff

LZW, PACKBITS = 5, 32773
SHAPES = [(21, 19), (21, 19, 2), (21, 19, 3), (21, 19, 4)]


def tiff(samples, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, samples, **{"metadata": None, **options})
    return buffer.getvalue()


def opencv_tiff(samples, compression):
    done, encoded = cv2.imencode(".tif", samples, [cv2.IMWRITE_TIFF_COMPRESSION, compression])
    assert done
    return encoded.tobytes()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_round_trip(make_samples, dtype, shape):
    samples = make_samples(dtype, *shape)
    read = read_tiff(encode_tiff(samples, None, None), 1000).samples
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, samples)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_opencv_agrees_on_what_is_written(make_samples, make_exif, rgb_profile, dtype):
    samples = make_samples(dtype, 21, 19, 3)
    encoded = np.frombuffer(encode_tiff(samples, make_exif(), rgb_profile), np.uint8)
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED))
    np.testing.assert_array_equal(decoded[..., ::-1], samples)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pillow_finds_the_metadata(make_samples, make_exif, rgb_profile, order):
    encoded = encode_tiff(make_samples("uint8", 5, 4, 3), make_exif(order=order), rgb_profile)
    with Image.open(io.BytesIO(encoded)) as image:
        assert image.n_frames == 1
        assert image.info["icc_profile"] == rgb_profile
        assert image.getexif()[271] == "Camera & Sons"
        assert image.getexif().get_ifd(34665)[33434] == 0.5


@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": ">"},
        {"bigtiff": True},
        {"planarconfig": "separate"},
        {"tile": (16, 16)},
        {"rowsperstrip": 5},
        {"compression": "zlib", "predictor": True},
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_layouts(make_samples, dtype, options):
    samples = make_samples(dtype, 21, 19, 3)
    stored = np.moveaxis(samples, -1, 0) if "planarconfig" in options else samples
    read = read_tiff(tiff(stored, photometric="rgb", **options), 1000).samples
    np.testing.assert_array_equal(read, samples)


@pytest.mark.parametrize(
    ("dtype", "channels"), [("uint8", 3), ("uint16", 1), ("uint16", 3), ("uint16", 4), ("float32", 3)]
)
@pytest.mark.parametrize("compression", [LZW, PACKBITS])
def test_compressions_that_need_no_further_package(make_samples, dtype, channels, compression):
    samples = make_samples(dtype, 21, 19, channels)
    read = read_tiff(opencv_tiff(samples, compression), 1000).samples
    in_rgb_order = samples[..., [2, 1, 0, 3][:channels]] if channels > 1 else samples[..., 0]
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, in_rgb_order)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_white_is_zero(make_samples, dtype):
    samples = make_samples(dtype, 6, 5)
    full_scale = 1 if dtype == "float32" else np.iinfo(dtype).max
    read = read_tiff(tiff(samples, photometric="miniswhite"), 100).samples
    np.testing.assert_array_equal(read, full_scale - samples)


def test_cmyk_becomes_rgb():
    samples = np.broadcast_to(np.array([0, 255, 255, 0], np.uint8), (4, 5, 4))
    read = read_tiff(tiff(samples, photometric="separated"), 100).samples
    np.testing.assert_array_equal(read, np.broadcast_to([255, 0, 0], (4, 5, 3)))


@pytest.mark.parametrize("compression", [None, "lzw"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_orientation_is_left_to_the_caller(make_samples, dtype, compression):
    samples = make_samples(dtype, 6, 5, 3)
    if compression:
        stored = opencv_tiff(samples[..., ::-1], LZW)
        stored = with_tag(stored, 274, 6)
    else:
        stored = tiff(samples, photometric="rgb", extratags=[(274, "H", 1, 6, True)])
    decoded = read_tiff(stored, 100)
    assert decoded.orientation == 6
    np.testing.assert_array_equal(decoded.samples, samples)


def with_tag(data, tag, value):
    """Put a tag in the place of RowsPerStrip, which a file of one strip can do without."""
    buffer = io.BytesIO(data)
    with tifffile.TiffFile(buffer, mode="r+b") as file:
        place = file.pages.first.tags[278].offset
    return (
        data[:place] + np.array([tag, 3], "<u2").tobytes() + np.array([1, value], "<u4").tobytes() + data[place + 12 :]
    )


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((3, 6, 5), {"photometric": "rgb", "planarconfig": "separate"}),
        ((6, 5, 2), {"photometric": "minisblack", "planarconfig": "contig", "extrasamples": ["unassalpha"]}),
    ],
)
def test_compressed_layouts_that_opencv_mistakes_are_refused(make_samples, shape, options):
    stored = tiff(make_samples("uint16", *shape), **options)
    with tifffile.TiffFile(io.BytesIO(stored)) as file:
        place = file.pages.first.tags[259].valueoffset
    as_lzw = stored[:place] + bytes([LZW]) + stored[place + 1 :]
    with pytest.raises(InputError, match="expected no compression or deflate for this layout, found LZW"):
        read_tiff(as_lzw, 1000)


def test_reduced_copies_are_not_pages(make_samples):
    samples = make_samples("uint16", 6, 6)
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(samples, metadata=None)
        writer.write(samples[::2, ::2], subfiletype=1, metadata=None)
    np.testing.assert_array_equal(read_tiff(buffer.getvalue(), 100).samples, samples)


def test_several_pages_are_refused(make_samples):
    stack = tiff(make_samples("uint8", 3, 6, 5), photometric="minisblack")
    with pytest.raises(InputError, match="expected one page, found 3 pages"):
        read_tiff(stack, 1000)


@pytest.mark.parametrize(
    ("dtype", "shape", "options", "message"),
    [
        ("int16", (4, 5), {}, "found MINISBLACK samples of 16-bit INT"),
        ("float64", (4, 5), {}, "64-bit IEEEFP"),
        ("uint32", (4, 5), {}, "32-bit UINT"),
        ("uint8", (4, 5, 5), {"photometric": "minisblack", "planarconfig": "contig"}, "found 5 bands"),
        ("uint8", (4, 5, 4), {"photometric": "rgb", "extrasamples": ["assocalpha"]}, "marked ASSOCALPHA"),
        ("uint16", (4, 5, 4), {"photometric": "rgb", "extrasamples": ["unspecified"]}, "marked UNSPECIFIED"),
    ],
)
def test_other_samples_are_refused(dtype, shape, options, message):
    with pytest.raises(InputError, match=message):
        read_tiff(tiff(np.zeros(shape, dtype), **options), 100)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_every_truncation_of_the_pixels_is_found(make_samples, dtype, compression):
    samples = make_samples(dtype, 40, 30, 3)
    whole = tiff(samples, photometric="rgb", compression=compression, rowsperstrip=8)
    with tifffile.TiffFile(io.BytesIO(whole)) as file:
        start = file.pages.first.dataoffsets[0]
    for length in (start, start + 1, (start + len(whole)) // 2, len(whole) - 1):
        with pytest.raises(InputError, match="pixel data missing"):
            read_tiff(whole[:length], 10_000)


def test_damaged_metadata_is_no_reason_to_refuse(make_samples):
    samples = make_samples("uint16", 6, 5)
    stored = with_tag(tiff(samples, extratags=[(274, "H", 1, 3, True)]), 34665, 2**31)
    decoded = read_tiff(stored, 100)
    np.testing.assert_array_equal(decoded.samples, samples)
    assert decoded.orientation == 3
    assert decoded.exif == b""
