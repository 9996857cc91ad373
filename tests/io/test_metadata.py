import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps, TiffImagePlugin

from cscfuse_keras.io import metadata


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_taken_and_all_else_stays(make_exif, tags_of, order, orientation):
    taken, kept = metadata.take_orientation(make_exif(orientation, order))
    assert taken == orientation
    assert kept == make_exif(1, order)
    assert tags_of(kept)[0][metadata.ORIENTATION] == 1


def test_an_invalid_orientation_counts_as_upright(make_exif):
    assert metadata.take_orientation(make_exif(0)) == (1, make_exif(1))
    assert metadata.take_orientation(make_exif(9)) == (1, make_exif(1))


def test_the_thumbnail_is_unlinked():
    with_thumbnail = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 256, 4, 1, 5, 26) + struct.pack("<HI", 0, 0)
    kept = metadata.take_orientation(with_thumbnail)[1]
    assert struct.unpack_from("<I", with_thumbnail, 22) == (26,)
    assert struct.unpack_from("<I", kept, 22) == (0,)


@pytest.mark.parametrize("order", ["<", ">"])
def test_exposure_time(order):
    def block(time):
        tags = Image.Exif()
        tags.endian = order
        tags[metadata.EXIF_DIRECTORY] = {metadata.EXPOSURE_TIME: time} if time is not None else {}
        return tags.tobytes().removeprefix(b"Exif\0\0")

    assert metadata.exposure_time(block(TiffImagePlugin.IFDRational(1, 250))) == 1 / 250
    assert metadata.exposure_time(block(TiffImagePlugin.IFDRational(30, 1))) == 30
    # A time of 0 or of 0/0 is a camera's way to say that it does not know.
    for unknown in (TiffImagePlugin.IFDRational(0, 1), TiffImagePlugin.IFDRational(0, 0), None):
        assert metadata.exposure_time(block(unknown)) is None


def test_no_exposure_time(make_exif):
    assert metadata.exposure_time(None) is None
    assert metadata.exposure_time(make_exif()[:40]) is None
    wrong_type = b"II*\0" + struct.pack("<IHHHIII", 8, 1, metadata.EXIF_DIRECTORY, 4, 1, 26, 0)
    wrong_type += struct.pack("<HHHIII", 1, metadata.EXPOSURE_TIME, 3, 1, 2, 0)
    assert metadata.exposure_time(wrong_type) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_agrees_with_pillow(make_samples, orientation):
    pixels = make_samples("uint8", 4, 5, 3)
    image = Image.fromarray(pixels)
    image.getexif()[metadata.ORIENTATION] = orientation
    np.testing.assert_array_equal(metadata.upright(pixels, orientation), ImageOps.exif_transpose(image))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_file_takes_and_gives_back_every_tag(make_samples, make_exif, tags_of, order):
    pixels = make_samples("uint16", 5, 7, 3)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, byteorder=order, photometric="rgb", metadata=None, software=False)
    exif = make_exif(order=order)
    changed = metadata.add_to_tiff(buffer.getvalue(), exif, b"profile of odd length")
    with tifffile.TiffFile(io.BytesIO(changed)) as tiff:
        assert len(tiff.pages) == 1
        np.testing.assert_array_equal(tiff.asarray(), pixels)
        tags = tiff.pages.first.tags
        assert tags.valueof(metadata.ICC_PROFILE) == b"profile of odd length"
        assert all(tag.valueoffset % 2 == 0 for tag in tags)  # TIFF 6.0, section 2: on a word boundary.
    (plain, *directories), (expected_plain, *expected_directories) = (
        tags_of(block) for block in (metadata.exif_of_tiff(changed), exif)
    )
    assert expected_plain.items() <= plain.items()
    assert directories == expected_directories
    assert all(directories)


def test_a_bare_tiff_file_has_no_exif(make_samples):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, make_samples("uint8", 3, 3), resolution=(300, 300), metadata=None, software=False)
    assert metadata.exif_of_tiff(buffer.getvalue()) is None


@pytest.mark.parametrize("damage", ["header", "cut", "pointer", "huge", "loop"])
def test_damaged_blocks_are_told(make_exif, damage):
    block = make_exif()
    blocks = {
        "header": b"JUNK" + block[4:],
        "cut": block[:40],
        "pointer": b"II*\0" + struct.pack("<I", 2**31),
        "huge": b"II*\0" + struct.pack("<IHHHIII", 8, 1, 271, 2, 2**32 - 1, 8, 0),
        # Two entries that share the same bytes, together longer than the block.
        "loop": b"II*\0" + struct.pack("<IHHHIIHHIII", 8, 2, 271, 2, 38, 0, 272, 2, 38, 0, 0),
    }
    with pytest.raises(metadata.DamagedExifError):
        metadata.read_main_directory(blocks[damage])
    if damage not in ("huge", "loop"):
        with pytest.raises(metadata.DamagedExifError):
            metadata.take_orientation(blocks[damage])


def test_profiles_of_another_colour_space_are_dropped(rgb_profile, grey_profile):
    assert metadata.profile_for(rgb_profile, colour=True) == rgb_profile
    assert metadata.profile_for(rgb_profile, colour=False) is None
    assert metadata.profile_for(grey_profile, colour=False) == grey_profile
    assert metadata.profile_for(grey_profile, colour=True) is None
    assert metadata.profile_for(rgb_profile[:16] + b"CMYK" + rgb_profile[20:], colour=True) is None
    assert metadata.profile_for(None, colour=True) is None
