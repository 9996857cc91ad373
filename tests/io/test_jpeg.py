import io

import numpy as np
import pytest
from PIL import Image

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.jpeg import encode_jpeg, read_jpeg

THUMBNAIL = b"\xff\xd8\xff\xda a thumbnail \xff\xd9"


@pytest.mark.parametrize("shape", [(16, 16), (16, 16, 3)])
def test_pillow_finds_the_metadata(make_samples, make_exif, rgb_profile, shape):
    encoded = encode_jpeg(make_samples("uint8", *shape), make_exif(), rgb_profile, 95)
    with Image.open(io.BytesIO(encoded)) as image:
        assert image.size == (16, 16)
        assert image.info["icc_profile"] == rgb_profile
        assert image.getexif()[271] == "Camera & Sons"


def test_chroma_is_kept_in_full():
    """Columns of red and blue in turn: of half the chroma only purple would be left."""
    samples = np.zeros((16, 16, 3), np.uint8)
    samples[:, ::2, 0] = samples[:, 1::2, 2] = 255
    read = read_jpeg(encode_jpeg(samples, None, None, 95), 1000).samples
    np.testing.assert_allclose(read.astype(int), samples, atol=40)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_zeros_in_the_place_of_the_end_are_found(make_samples, make_exif, options):
    buffer = io.BytesIO()
    exif = b"Exif\0\0" + make_exif() + THUMBNAIL
    Image.fromarray(make_samples("uint8", 64, 64, 3)).save(buffer, "JPEG", quality=95, exif=exif, **options)
    whole = buffer.getvalue()
    assert read_jpeg(whole, 10_000).exif == exif
    for length in range(len(whole) // 2, len(whole) - 1, 97):
        with pytest.raises((InputError, OSError)):
            read_jpeg(whole[:length] + bytes(len(whole) - length), 10_000)


def test_fill_bytes_and_bytes_behind_the_end_do_not_matter(make_samples):
    whole = encode_jpeg(make_samples("uint8", 16, 16, 3), None, None, 95)
    padded = whole[:2] + b"\xff\xff" + whole[2:] + b"a film of the same scene"
    np.testing.assert_array_equal(read_jpeg(padded, 1000).samples, read_jpeg(whole, 1000).samples)
