import numpy as np
import pytest

from cscfuse_keras.runtimes.tiles import Part, framed, scaled, shape, tiles, whole, widened


@pytest.mark.parametrize(("height", "width", "side"), [(10, 7, 3), (4, 4, 4), (1, 9, 20)])
def test_tiles_cover_every_pixel_once(height, width, side):
    covered = np.zeros((height, width), int)
    for window in tiles(whole(height, width), side):
        assert max(shape(window)) <= side
        covered[window] += 1
    assert (covered == 1).all()


def test_tiles_of_a_window_stay_inside():
    covered = np.zeros((9, 9), int)
    for window in tiles((slice(2, 7), slice(3, 9)), 2):
        covered[window] += 1
    expected = np.zeros((9, 9), int)
    expected[2:7, 3:9] = 1
    np.testing.assert_array_equal(covered, expected)


def test_widened_ends_at_the_image():
    assert widened((slice(2, 5), slice(6, 8)), 3, (10, 9)) == (slice(0, 8), slice(3, 9))


def test_framed_windows_are_of_one_size_with_their_reach_inside():
    outer = slice(10, 40), slice(0, 7)
    for piece in tiles(outer, 8):
        rows, columns = framed(piece, (12, 12), 2, outer)
        assert (rows.stop - rows.start, columns) == (12, outer[1])
        assert max(10, piece[0].start - 2) >= rows.start >= 10
        assert min(40, piece[0].stop + 2) <= rows.stop <= 40


def test_part_is_addressed_by_the_whole():
    image = np.arange(60).reshape(6, 10, 1)
    window = slice(2, 6), slice(3, 9)
    part = Part(image[window], window)
    inner = slice(3, 5), slice(3, 8)
    np.testing.assert_array_equal(part[inner], image[inner])
    assert scaled(inner, 3) == (slice(9, 15), slice(9, 24))
