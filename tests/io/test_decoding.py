import io

import numpy as np
import pytest
from PIL import Image, ImageFile

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.decoding import check_size, samples_of


def reopened(image, file_format, **options) -> ImageFile.ImageFile:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return Image.open(buffer)


def palette_image(colours, indices):
    image = Image.fromarray(indices.astype(np.uint8), mode="L")
    image.putpalette(np.asarray(colours, np.uint8).tobytes())
    return image


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF"])
def test_a_palette_becomes_its_colours(random, file_format):
    colours = random.integers(0, 256, (256, 3), np.uint8)
    indices = random.integers(0, 256, (6, 7))
    samples = samples_of(reopened(palette_image(colours, indices), file_format), 100)
    np.testing.assert_array_equal(samples, colours[indices])


def test_a_palette_with_transparency_gives_alpha():
    colours, indices = [[10, 20, 30], [40, 50, 60]], np.array([[0, 1], [1, 1]])
    image = reopened(palette_image(colours, indices), "PNG", transparency=b"\x80\xff")
    expected = [[[10, 20, 30, 128], [40, 50, 60, 255]], [[40, 50, 60, 255], [40, 50, 60, 255]]]
    np.testing.assert_array_equal(samples_of(image, 100), expected)


def test_a_palette_of_greys_becomes_grey():
    indices = np.array([[0, 1, 2], [2, 1, 0]])
    image = palette_image([[9, 9, 9], [5, 5, 5], [200, 200, 200]], indices)
    expected = np.array([9, 5, 200])[indices]
    np.testing.assert_array_equal(samples_of(reopened(image, "PNG"), 100), expected)
    with_alpha = samples_of(reopened(image, "PNG", transparency=b"\x01\x02\x03"), 100)
    np.testing.assert_array_equal(with_alpha, np.dstack([expected, indices + 1]))


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF"])
def test_single_bits_become_black_and_white(random, file_format):
    bits = random.integers(0, 2, (5, 11)).astype(bool)
    samples = samples_of(reopened(Image.fromarray(bits), file_format), 100)
    assert samples.dtype == np.uint8
    np.testing.assert_array_equal(samples, 255 * bits)


def test_cmyk_jpeg_becomes_rgb():
    image = Image.new("CMYK", (16, 8), (0, 255, 255, 0))
    samples = samples_of(reopened(image, "JPEG", quality=100), 1000)
    assert samples.shape == (8, 16, 3)
    np.testing.assert_allclose(samples, np.broadcast_to([255, 0, 0], (8, 16, 3)), atol=3)


def test_refuses_other_modes_and_several_pictures():
    with pytest.raises(InputError, match="mode LAB"):
        samples_of(reopened(Image.new("LAB", (2, 2)), "TIFF"), 100)
    frames = [Image.new("L", (2, 2), value) for value in (1, 2, 3)]
    with pytest.raises(InputError, match="found 3 in the file"):
        samples_of(reopened(frames[0], "PNG", save_all=True, append_images=frames[1:]), 100)


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (11, 10), (2**31, 2**31)])
def test_refuses_sizes_out_of_bounds(width, height):
    with pytest.raises(InputError, match=f"expected 1 to 100 pixels, found.* {width} x {height};"):
        check_size(width, height, 100)
    check_size(10, 10, 100)
