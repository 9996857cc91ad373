import struct

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from cscfuse_keras.io.exposure_tags import OF_ONE_EXPOSURE, XMP, without_exposure
from cscfuse_keras.io.metadata import EXIF_DIRECTORY, DamagedExifError

CAMERA, ORIENTATION, GPS_DIRECTORY = 271, 274, 34853
EXPOSURE_TIME, F_NUMBER, PROGRAM, ISO, DATE, EXPOSURE_BIAS, FLASH = 33434, 33437, 34850, 34855, 36867, 37380, 37385
MAKER_NOTE, WIDTH, EXPOSURE_MODE, LENS = 37500, 40962, 41986, 42036

SHOT = {
    EXPOSURE_TIME: IFDRational(1, 250),
    F_NUMBER: 8.0,
    PROGRAM: 3,
    ISO: 100,
    DATE: "2024:05:01 10:00:00",
    EXPOSURE_BIAS: IFDRational(-2, 1),
    MAKER_NOTE: b"bracket 2 of 3",
    WIDTH: 6000,
    EXPOSURE_MODE: 2,
    LENS: "A 24-70 mm lens",
}


def block(order="<", xmp=None, **changed):
    tags = Image.Exif()
    tags.endian = order
    tags[CAMERA] = "Camera & Sons"
    tags[ORIENTATION] = 1
    if xmp:
        tags[XMP] = xmp
    tags[EXIF_DIRECTORY] = SHOT | {globals()[name.upper()]: value for name, value in changed.items()}
    tags[GPS_DIRECTORY] = {1: "N", 2: (48.0, 8.0, 0.5)}
    return tags.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_tells_of_one_exposure_goes_and_all_else_stays(tags_of, order):
    exif = block(order)
    plain, camera, place = tags_of(exif)
    kept_plain, kept_camera, kept_place = tags_of(without_exposure(exif, [block(order), None]))
    assert kept_camera == {tag: value for tag, value in camera.items() if tag not in OF_ONE_EXPOSURE}
    assert set(kept_camera) == {F_NUMBER, PROGRAM, ISO, DATE, LENS}
    assert kept_place == place
    assert {**kept_plain, EXIF_DIRECTORY: 0, GPS_DIRECTORY: 0} == {**plain, EXIF_DIRECTORY: 0, GPS_DIRECTORY: 0}
    assert b"bracket 2 of 3" not in without_exposure(exif, [])


def test_settings_that_differ_go(tags_of):
    others = [block(), block(iso=800, date="2024:05:01 10:00:02"), block(f_number=11.0)]
    assert set(tags_of(without_exposure(block(), others))[1]) == {PROGRAM, DATE, LENS}
    # A setting that one exposure lacks is not shared either.
    assert FLASH not in tags_of(without_exposure(block(flash=16), [block()]))[1]


def test_a_block_without_camera_tags_gets_none(tags_of):
    tags = Image.Exif()
    tags[CAMERA] = "Camera & Sons"
    exif = tags.tobytes().removeprefix(b"Exif\0\0")
    plain, camera, _ = tags_of(without_exposure(exif, [exif]))
    assert plain == {CAMERA: "Camera & Sons"}
    assert camera == {}


def test_xmp_forgets_the_exposure_too(tags_of):
    packet = (
        b'<rdf:Description exif:ExposureTime="1/250" exif:FNumber = \'8/1\' tiff:Make="Camera" xmp:Rating="5">'
        b"<exif:ExposureBiasValue>-2/1</exif:ExposureBiasValue><dc:title>ExposureTime</dc:title>"
        b"<exif:ISOSpeedRatings><rdf:Seq><rdf:li>100</rdf:li></rdf:Seq></exif:ISOSpeedRatings></rdf:Description>"
    )
    kept = tags_of(without_exposure(block(xmp=packet), [block(iso=200)]))[0][XMP]
    assert len(kept) == len(packet)
    assert (
        kept.split()
        == (
            b'<rdf:Description exif:FNumber = \'8/1\' tiff:Make="Camera" xmp:Rating="5"> '
            b"<dc:title>ExposureTime</dc:title> </rdf:Description>"
        ).split()
    )


def test_damaged_blocks_are_told():
    with pytest.raises(DamagedExifError):
        without_exposure(b"II*\0" + struct.pack("<I", 2**31), [])
    with pytest.raises(DamagedExifError):
        without_exposure(block(), [block()[:60]])
