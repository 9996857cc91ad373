import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey


def test_primaries_white_and_greys():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert eight_bit_grey(colours).tolist() == [[76, 150, 29, 255]]
    levels = np.arange(256, dtype=np.uint8)[np.newaxis]
    np.testing.assert_array_equal(eight_bit_grey(np.stack([levels] * 3, axis=-1)), levels)


def test_is_the_rounded_luminance_of_ntsc():
    red, green, blue = np.meshgrid(*[np.arange(0, 256, 5)] * 3, indexing="ij")
    colours = np.stack([red, green, blue], axis=-1).reshape(1, -1, 3).astype(np.uint8)
    rotation = np.array([[1, 0.956, 0.621], [1, -0.272, -0.647], [1, -1.106, 1.703]])
    luminance = colours.astype(np.float64) @ np.linalg.inv(rotation)[0]
    np.testing.assert_array_equal(eight_bit_grey(colours), np.floor(luminance + 0.5))
    assert (eight_bit_grey(colours) != np.rint(colours @ np.array([0.299, 0.587, 0.114]))).any()


def test_grey_is_rounded_to_levels_and_stays_grey():
    assert eight_bit_grey([[0.4, 0.6], [254.7, 255]]).tolist() == [[0, 1], [255, 255]]


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((20, 20, 3)), "rear: expected uint8 .* found float64"),
        (np.zeros((20, 20, 4), np.uint8), r"found uint8 of shape \(20, 20, 4\)"),
        (np.zeros((20, 15, 3), np.uint8), "rear: expected at least 16 x 16 pixels, found 20 x 15"),
        (np.full((20, 20), 256), r"rear: expected pixels in 0\.\.255"),
    ],
)
def test_refuses_other_pictures(picture, message):
    with pytest.raises(InputError, match=message):
        eight_bit_grey(picture, "rear", minimum_size=16)
