import numpy as np
import pytest

from cscfuse_keras.explain import ChannelGroup, Contributions, pictures


def test_signs_have_colours():
    picture = pictures.signed(np.array([[-2.0, 0.0, 2.0, 1.0]]))
    below, zero, above, half = picture[0].astype(int)
    assert below[2] > below[0]
    assert above[0] > above[2]
    assert len(set(zero)) == 1
    np.testing.assert_allclose(half, (zero + above) / 2, atol=1)


def test_zeros_alone_are_light_grey():
    assert len(np.unique(pictures.signed(np.zeros((3, 3))))) == 1


@pytest.mark.parametrize("count", [2, 6, 9, 30])
def test_sources_have_colours_of_their_own(count):
    colours = pictures.palette(count)
    assert len(np.unique(colours, axis=0)) == count


def test_the_source_that_gives_a_side_colours_it():
    parts = np.zeros((2, 12, 20, 1))
    parts[0, :, :10], parts[1, :, 10:] = 0.4, 0.4
    fused = parts.sum(axis=0) + np.linspace(0, 0.1, 20)[:, np.newaxis]
    picture = pictures.share_picture(Contributions(("a", "b"), parts, 0.0, fused, {"a": (0,), "b": (1,)}, ""))
    blue, orange = picture[6, 3].astype(int), picture[6, 16].astype(int)
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


def test_a_sheet_has_a_tile_for_each_pattern():
    groups = (ChannelGroup("low", (0,)), ChannelGroup("guide", (1, 2, 3, 4), 2))
    patterns = np.zeros((5, 3, 3, 5))
    patterns[4, 1, 1, 0] = -1.0
    sheet = pictures.sheet(patterns, groups, columns=3)
    tile = 36
    assert sheet.shape == (2 * tile + 8, 3 * (2 * tile + 2) + 2 * 8, 3)
    # The fifth tile is the second one of the second row; its middle, 12 pixels wide, is at full blue.
    top, left = tile + 8, 2 * tile + 2 + 8
    assert (sheet[top + 12 : top + 24, left + 12 : left + 24] == (33, 102, 172)).all()
    assert (sheet[top + 12 : top + 24, left : left + 12] == 238).all()


def test_images_of_many_bands_are_shown_in_colour(random_images):
    assert pictures.shown(random_images(5, 6, 31)).shape == (5, 6, 3)
    assert pictures.shown(random_images(5, 6, 1)).shape == (5, 6)


def test_boxes_are_framed_from_outside():
    framed = pictures.with_box(np.full((20, 20), 100, np.uint8), (8, 9, 3, 2))
    assert (framed[9:11, 8:11] == 100).all()
    assert (framed[8, 8:11] == 255).all()
    assert pictures.with_box(framed, None) is framed
