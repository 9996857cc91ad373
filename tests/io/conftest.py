"""Pictures and metadata that the tests of reading and writing share."""

import numpy as np
import pytest
from PIL import Image, ImageCms

CAMERA, ORIENTATION, COPYRIGHT, EXIF_DIRECTORY, GPS_DIRECTORY = 271, 274, 33432, 34665, 34853
EXPOSURE_TIME, MAKER_NOTE, LATITUDE_REFERENCE, LATITUDE = 33434, 37500, 1, 2


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.fixture
def make_samples(random):
    def make(dtype, *shape):
        if dtype == "float32":
            return random.random(shape, np.float32)
        return random.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)

    return make


@pytest.fixture
def make_exif():
    def make(orientation=1, order="<"):
        tags = Image.Exif()
        tags.endian = order
        tags[CAMERA] = "Camera & Sons"
        tags[COPYRIGHT] = "Somebody"
        tags[ORIENTATION] = orientation
        tags[EXIF_DIRECTORY] = {EXPOSURE_TIME: 0.5, MAKER_NOTE: b"private notes"}
        tags[GPS_DIRECTORY] = {LATITUDE_REFERENCE: "N", LATITUDE: (48.0, 8.0, 0.5)}
        return tags.tobytes().removeprefix(b"Exif\0\0")

    return make


@pytest.fixture
def tags_of():
    """All tags of an EXIF block, as plain data, by another implementation than the one that is tested."""

    def read(block):
        tags = Image.Exif()
        tags.load(block)
        plain = {tag: value for tag, value in tags.items() if tag not in (EXIF_DIRECTORY, GPS_DIRECTORY)}
        return plain, dict(tags.get_ifd(EXIF_DIRECTORY)), dict(tags.get_ifd(GPS_DIRECTORY))

    return read


@pytest.fixture(scope="session")
def rgb_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="session")
def grey_profile(rgb_profile):
    return rgb_profile[:16] + b"GRAY" + rgb_profile[20:]
