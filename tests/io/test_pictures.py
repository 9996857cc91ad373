import os
import struct
import sys
import warnings
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from cscfuse_keras.io import Picture, pictures, read_picture, write_picture

FULL_SCALES = {"uint8": 255, "uint16": 65535, "float32": 1.0}
LOSSLESS = [
    (suffix, dtype)
    for suffix, dtypes in {
        ".png": ["uint8", "uint16"],
        ".bmp": ["uint8"],
        ".tif": ["uint8", "uint16", "float32"],
        ".TIFF": ["uint8", "uint16", "float32"],
    }.items()
    for dtype in dtypes
]


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


def smooth(*shape):
    """A picture without noise, which JPEG and WebP keep closely."""
    height, width, *channels = shape
    ramp = np.add.outer(np.linspace(20, 120, height), np.linspace(0, 100, width))
    return (ramp if not channels else np.stack([ramp, 255 - ramp, 0.5 * ramp], -1)).round().astype(np.uint8)


def assert_one_line(problem, path, *parts):
    message = str(problem.value)
    assert message.startswith(repr(str(path)))
    assert message.isprintable()
    for part in ("expected", "found", ";", *parts):
        assert part in message


# Round trips


@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(
    ("suffix", "dtype", "with_alpha"),
    [(*case, alpha) for case in LOSSLESS for alpha in (False, True) if not (alpha and ".bmp" in case)],
)
def test_lossless_round_trip(tmp_path, make_samples, suffix, dtype, channels, with_alpha):
    path = tmp_path / f"picture{suffix}"
    pixels = make_samples(dtype, 13, 17, *channels)
    alpha = make_samples(dtype, 13, 17) if with_alpha else None
    write_picture(path, pixels, alpha=alpha)
    picture = read_picture(path)
    assert isinstance(picture, Picture)
    assert picture.path == path
    assert picture.pixels.dtype == dtype
    assert picture.full_scale == FULL_SCALES[dtype]
    np.testing.assert_array_equal(picture.pixels, pixels)
    if with_alpha:
        assert picture.alpha.dtype == dtype
        np.testing.assert_array_equal(picture.alpha, alpha)
    else:
        assert picture.alpha is None
    assert (picture.exif, picture.icc_profile) == (None, None)


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3)])
@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_jpeg_stays_close(tmp_path, suffix, shape):
    path = tmp_path / f"picture{suffix}"
    write_picture(path, smooth(*shape))
    picture = read_picture(path)
    assert picture.pixels.dtype == np.uint8
    np.testing.assert_allclose(picture.pixels.astype(int), smooth(*shape), atol=4)


def test_quality_is_that_of_jpeg(tmp_path, make_samples):
    for quality in (50, 95):
        write_picture(tmp_path / f"{quality}.jpg", make_samples("uint8", 32, 32, 3), quality=quality)
    assert (tmp_path / "50.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_reads_webp(tmp_path, make_samples, mode):
    samples = make_samples("uint8", 9, 8, len(mode))
    Image.fromarray(samples).save(tmp_path / "a.webp", lossless=True, exact=True)
    picture = read_picture(tmp_path / "a.webp")
    np.testing.assert_array_equal(picture.pixels, samples[..., :3])
    if mode == "RGBA":
        np.testing.assert_array_equal(picture.alpha, samples[..., 3])


def test_arrays_are_contiguous_and_may_be_changed(tmp_path, make_samples):
    write_picture(tmp_path / "a.png", make_samples("uint8", 4, 5, 3)[:, ::-1], alpha=make_samples("uint8", 4, 5))
    picture = read_picture(tmp_path / "a.png")
    for array in (picture.pixels, picture.alpha):
        assert array is not None
        assert array.flags.c_contiguous
        array[0, 0] = 0


def test_alpha_does_not_touch_the_colours_below_it(tmp_path, make_samples):
    pixels = make_samples("uint8", 4, 5, 3)
    for suffix in (".png", ".tif"):
        write_picture(tmp_path / f"a{suffix}", pixels, alpha=np.zeros((4, 5), np.uint8))
        np.testing.assert_array_equal(read_picture(tmp_path / f"a{suffix}").pixels, pixels)


# Metadata


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("suffix", "dtype"), [(".jpg", "uint8"), *(pair for pair in LOSSLESS if pair[0] != ".bmp")])
def test_exif_and_profile_are_kept(tmp_path, make_samples, make_exif, tags_of, rgb_profile, suffix, dtype, order):
    path = tmp_path / f"picture{suffix}"
    pixels, exif = make_samples(dtype, 6, 5, 3), make_exif(order=order)
    write_picture(path, pixels, exif=exif, icc_profile=rgb_profile)
    picture = read_picture(path)
    assert picture.icc_profile == rgb_profile
    plain, camera, place = tags_of(picture.exif)
    expected_plain, *expected_directories = tags_of(exif)
    assert expected_plain.items() <= plain.items()
    assert [camera, place] == expected_directories
    copy = tmp_path / f"copy{suffix}"
    write_picture(copy, pixels, exif=picture.exif, icc_profile=picture.icc_profile)
    assert read_picture(copy).exif == picture.exif


def test_exif_with_the_prefix_of_jpeg_is_the_same(tmp_path, make_exif):
    for name, exif in (("a.png", make_exif()), ("b.png", b"Exif\0\0" + make_exif())):
        write_picture(tmp_path / name, smooth(4, 4), exif=exif)
        assert read_picture(tmp_path / name).exif == make_exif()


def test_exif_of_webp_is_read(tmp_path, make_exif):
    Image.fromarray(smooth(6, 4, 3)).save(tmp_path / "a.webp", lossless=True, exif=make_exif(6))
    picture = read_picture(tmp_path / "a.webp")
    np.testing.assert_array_equal(picture.pixels, np.rot90(smooth(6, 4, 3), -1))
    assert picture.exif == make_exif(1)


def test_a_grey_picture_takes_a_grey_profile_only(tmp_path, rgb_profile, grey_profile):
    for suffix in (".png", ".jpg", ".tif"):
        write_picture(tmp_path / f"grey{suffix}", smooth(4, 4), icc_profile=grey_profile)
        assert read_picture(tmp_path / f"grey{suffix}").icc_profile == grey_profile
        write_picture(tmp_path / f"rgb{suffix}", smooth(4, 4), icc_profile=rgb_profile)
        assert read_picture(tmp_path / f"rgb{suffix}").icc_profile is None


def test_cmyk_jpeg_loses_its_profile(tmp_path, rgb_profile):
    cmyk_profile = rgb_profile[:16] + b"CMYK" + rgb_profile[20:]
    Image.new("CMYK", (16, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100, icc_profile=cmyk_profile)
    picture = read_picture(tmp_path / "a.jpg")
    np.testing.assert_allclose(picture.pixels.astype(int), np.broadcast_to([255, 0, 0], (8, 16, 3)), atol=3)
    assert picture.icc_profile is None


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_turns_pixels_and_alpha(tmp_path, make_samples, make_exif, suffix, orientation, dtype):
    upright, opacity = make_samples(dtype, 4, 6, 3), make_samples(dtype, 4, 6)
    # How a camera held that way stores them (EXIF 2.32: where the first row and first column are to be seen).
    store = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    path = tmp_path / f"turned{suffix}"
    write_picture(path, store(upright), alpha=store(opacity), exif=make_exif(orientation))
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, upright)
    np.testing.assert_array_equal(picture.alpha, opacity)
    again = tmp_path / f"again{suffix}"
    write_picture(again, picture.pixels, exif=picture.exif)
    np.testing.assert_array_equal(read_picture(again).pixels, upright)


def test_orientation_of_jpeg(tmp_path, make_exif):
    upright = smooth(16, 24, 3)
    write_picture(tmp_path / "a.jpg", np.rot90(upright, 1), exif=make_exif(6))
    picture = read_picture(tmp_path / "a.jpg")
    np.testing.assert_allclose(picture.pixels.astype(int), upright, atol=4)
    assert picture.exif == make_exif(1)


def test_damaged_exif_is_left_out_with_a_warning(tmp_path):
    write_picture(tmp_path / "a.jpg", smooth(4, 4), exif=b"no EXIF at all")
    with pytest.warns(UserWarning, match=r"a\.jpg': its EXIF block is damaged"):
        picture = read_picture(tmp_path / "a.jpg")
    assert picture.exif is None
    assert picture.pixels.shape == (4, 4)


# What is refused or reported on reading


def test_missing_files_and_folders(tmp_path):
    for path, words in ((tmp_path / "none.png", "nothing"), (tmp_path, "a folder")):
        with pytest.raises(InputError) as problem:
            read_picture(path)
        assert_one_line(problem, path, words)
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as problem:
        read_picture(tmp_path / "file" / "a.png")
    assert_one_line(problem, tmp_path / "file" / "a.png", "Not a directory")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"GIF89a" + bytes(20), r"b'GIF89a\x00\x00'"),
        (b"hello\n", r"b'hello\n'"),
        (b"BMessage", "a truncated or damaged one"),
        (b"II*\0" + bytes(20), "a truncated or damaged one"),
    ],
)
def test_other_content(tmp_path, content, words):
    path = tmp_path / "a.bmp" if content.startswith(b"BM") else tmp_path / "a.x"
    path.write_bytes(content)
    with pytest.raises(InputError) as problem:
        read_picture(path)
    assert_one_line(problem, path, words)


@pytest.mark.parametrize(
    ("suffix", "dtype", "channels"),
    [
        (".png", "uint8", 1),
        (".png", "uint16", 3),
        (".jpg", "uint8", 1),
        (".jpg", "uint8", 3),
        (".bmp", "uint8", 3),
        (".tif", "uint8", 3),
        (".tif", "uint16", 3),
        (".tif", "float32", 1),
    ],
)
def test_every_truncated_file_is_refused(tmp_path, make_samples, suffix, dtype, channels):
    path = tmp_path / f"cut{suffix}"
    write_picture(path, make_samples(dtype, 24, 20, channels).squeeze())
    whole = path.read_bytes()
    for length in {*range(1, len(whole), max(1, len(whole) // 60)), *range(len(whole) - 12, len(whole))}:
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as problem:
            read_picture(path)
        assert_one_line(problem, path)


def test_every_truncated_webp_is_refused(tmp_path, make_samples):
    path = tmp_path / "cut.webp"
    Image.fromarray(make_samples("uint8", 24, 20, 3)).save(path, lossless=True)
    whole = path.read_bytes()
    for length in range(13, len(whole), len(whole) // 40):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as problem:
            read_picture(path)
        assert_one_line(problem, path, "WebP")


def test_a_lack_of_memory_is_not_blamed_on_the_file(tmp_path, monkeypatch):
    def read_png(data, max_pixels):
        raise MemoryError

    write_picture(tmp_path / "a.png", smooth(4, 4))
    monkeypatch.setattr(pictures, "read_png", read_png)
    with pytest.raises(MemoryError):
        read_picture(tmp_path / "a.png")


def test_a_lying_suffix_is_told_and_the_content_read(tmp_path, make_samples):
    pixels = make_samples("uint16", 5, 6, 3)
    write_picture(tmp_path / "a.png", pixels)
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    with pytest.warns(UserWarning, match=r"a\.jpg': named \.jpg but holds PNG"):
        picture = read_picture(tmp_path / "a.jpg")
    np.testing.assert_array_equal(picture.pixels, pixels)


@pytest.mark.parametrize("name", ["picture", "picture.data"])
def test_an_unknown_suffix_lies_about_nothing(tmp_path, name):
    write_picture(tmp_path / "a.png", smooth(4, 4))
    (tmp_path / "a.png").rename(tmp_path / name)
    np.testing.assert_array_equal(read_picture(tmp_path / name).pixels, smooth(4, 4))


def png_header(width, height):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def bmp_header(width, height):
    fields = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + fields


def tiff_header(width, height):
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 1)]
    records = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + records + bytes(8)


@pytest.mark.parametrize("header", [png_header, bmp_header, tiff_header])
def test_an_absurd_size_is_refused_from_the_header(tmp_path, header):
    path = tmp_path / "absurd"
    path.write_bytes(header(1_000_000, 500_000))
    with pytest.raises(InputError) as problem:
        read_picture(path)
    assert_one_line(problem, path, "400000000 pixels", "1000000 x 500000", "CSCFUSE_MAX_PIXELS")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_max_pixels_is_the_largest_size_that_is_read(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write_picture(path, smooth(10, 12, 3))
    assert read_picture(path, max_pixels=120).pixels.shape == (10, 12, 3)
    with pytest.raises(InputError, match=r"expected 1 to 119 pixels, found.* 12 x 10"):
        read_picture(path, max_pixels=119)


def test_sizes_beyond_pillows_own_limit_are_read(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png", smooth(20, 20, 3))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert read_picture(tmp_path / "a.png").pixels.shape == (20, 20, 3)


def test_several_pages_are_refused(tmp_path, make_samples):
    path = tmp_path / "pages.tif"
    tifffile.imwrite(path, make_samples("uint16", 3, 4, 5), photometric="minisblack")
    with pytest.raises(InputError) as problem:
        read_picture(path)
    assert_one_line(problem, path, "one page", "3 pages")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.01, 1.01])
def test_float_samples_must_be_in_the_unit_range(tmp_path, bad):
    pixels = np.full((4, 5), 0.5, np.float32)
    pixels[1, 2] = bad
    path = tmp_path / "float.tif"
    with pytest.raises(InputError) as problem:
        write_picture(path, pixels)
    assert_one_line(problem, path, "[0, 1]")
    tifffile.imwrite(path, pixels)
    with pytest.raises(InputError) as problem:
        read_picture(path)
    assert_one_line(problem, path, "[0, 1]")


# What is refused on writing


def test_an_existing_file_is_replaced_only_if_allowed(tmp_path):
    path = tmp_path / "a.png"
    write_picture(path, smooth(4, 4))
    with pytest.raises(UsageError) as problem:
        write_picture(path, smooth(5, 5))
    assert_one_line(problem, path, "existing")
    assert read_picture(path).pixels.shape == (4, 4)
    write_picture(path, smooth(5, 5), overwrite=True)
    assert read_picture(path).pixels.shape == (5, 5)


@pytest.mark.skipif(os.name == "nt", reason="links need rights")
def test_a_link_is_an_existing_file_wherever_it_leads(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="existing"):
        write_picture(tmp_path / "a.png", smooth(4, 4))


def test_a_folder_is_never_replaced(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UsageError) as problem:
        write_picture(tmp_path / "a.png", smooth(4, 4), overwrite=True)
    assert_one_line(problem, tmp_path / "a.png", "a folder")


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a"])
def test_unknown_suffixes(tmp_path, name):
    with pytest.raises(UsageError) as problem:
        write_picture(tmp_path / name, smooth(4, 4))
    assert_one_line(problem, tmp_path / name, ".png, .jpg, .bmp or .tif")


@pytest.mark.parametrize(
    ("suffix", "dtype", "words"),
    [
        (".jpg", "uint16", ["uint8 for JPEG", "found uint16", "write PNG or TIFF"]),
        (".bmp", "uint16", ["uint8 for BMP", "found uint16", "write PNG or TIFF"]),
        (".jpg", "float32", ["found float32", "write TIFF, or convert with to_depth"]),
        (".png", "float32", ["uint8 or uint16 for PNG", "found float32", "write TIFF"]),
        (".tif", "float64", ["found float64; convert with to_depth"]),
        (".tif", "int16", ["found int16; convert with to_depth"]),
    ],
)
def test_depths_that_a_format_cannot_hold(tmp_path, suffix, dtype, words):
    path = tmp_path / f"a{suffix}"
    with pytest.raises(UsageError) as problem:
        write_picture(path, np.zeros((4, 4), dtype))
    assert_one_line(problem, path, *words)
    assert not path.exists()


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_formats_without_alpha(tmp_path, suffix):
    with pytest.raises(UsageError) as problem:
        write_picture(tmp_path / f"a{suffix}", smooth(4, 4), alpha=smooth(4, 4))
    assert_one_line(problem, tmp_path / f"a{suffix}", "alpha", "PNG or TIFF")


def test_limits_of_jpeg(tmp_path, make_exif):
    path = tmp_path / "a.jpg"
    for options, words in (
        ({"quality": 0}, "quality"),
        ({"quality": 101}, "quality"),
        ({"exif": make_exif() + bytes(65536)}, "65527 bytes of EXIF"),
    ):
        with pytest.raises(UsageError) as problem:
            write_picture(path, smooth(4, 4), **options)
        assert_one_line(problem, path, words)
    write_picture(path, smooth(4, 4), exif=make_exif().ljust(65527, b"\0"))
    assert len(read_picture(path).exif) == 65527
    write_picture(tmp_path / "longest.jpg", np.zeros((65500, 1), np.uint8))
    with pytest.raises(UsageError) as problem:
        write_picture(tmp_path / "longer.jpg", np.zeros((1, 65501), np.uint8))
    assert_one_line(problem, tmp_path / "longer.jpg", "65500")


@pytest.mark.parametrize("shape", [(4,), (0, 4), (4, 4, 1), (4, 4, 2), (4, 4, 4), (1, 4, 4, 3)])
def test_arrays_that_are_no_picture(tmp_path, shape):
    with pytest.raises(InputError) as problem:
        write_picture(tmp_path / "a.png", np.zeros(shape, np.uint8))
    assert_one_line(problem, tmp_path / "a.png", "(H, W) or (H, W, 3)", str(shape))


@pytest.mark.parametrize("alpha", [np.zeros((4, 5), np.uint8), np.zeros((4, 4), np.uint16)])
def test_alpha_that_does_not_fit(tmp_path, alpha):
    with pytest.raises(InputError) as problem:
        write_picture(tmp_path / "a.png", smooth(4, 4), alpha=alpha)
    assert_one_line(problem, tmp_path / "a.png", "uint8 alpha (4, 4)")


def test_damaged_exif_is_not_written_to_tiff(tmp_path):
    with pytest.raises(InputError) as problem:
        write_picture(tmp_path / "a.tif", smooth(4, 4), exif=b"no EXIF at all")
    assert_one_line(problem, tmp_path / "a.tif", "EXIF")


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem) as problem:
        write_picture(tmp_path / "file" / "a.png", smooth(4, 4))
    assert str(problem.value).startswith(f"{tmp_path / 'file' / 'a.png'}: expected to write")


# Names


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("stem", ["two words", "new\nline", os.fsdecode(b"caf\xe9"), "日本", "'quoted\""])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp"])
def test_strange_names(tmp_path, stem, suffix):
    path = tmp_path / (stem + suffix)
    write_picture(path, smooth(8, 8))
    assert read_picture(str(path)).pixels.shape == (8, 8)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(InputError) as problem:
        read_picture(path)
    assert_one_line(problem, path)
