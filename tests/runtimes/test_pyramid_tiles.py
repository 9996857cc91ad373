import numpy as np
import pytest

from cscfuse_keras.layers.pyramid import double, halve
from cscfuse_keras.runtimes.pyramid_tiles import (
    coarse_level,
    count_tiled,
    doubled,
    gaussian_parts,
    halved,
    level_sizes,
    tile_windows,
)
from cscfuse_keras.runtimes.tiles import Part, even_tiles, shape, tiles, whole, widened


@pytest.mark.parametrize("size", [(40, 64), (41, 63), (1, 9), (2, 2)])
def test_parts_equal_those_of_the_whole_pyramid(size, random_images, numpy_of):
    image = random_images(*size, 2)
    sizes = level_sizes(*size, 4)
    pyramid = [image]
    while len(pyramid) < 4:
        pyramid.append(numpy_of(halve(pyramid[-1][np.newaxis]))[0])
    assert [level.shape[:2] for level in pyramid] == sizes
    for window in tiles(whole(*sizes[-1]), 3):
        for part, level in zip(gaussian_parts(image, sizes, window), pyramid, strict=True):
            np.testing.assert_allclose(part.pixels, level[part.window], atol=1e-6)
    for side in (1, 8, 1000):
        np.testing.assert_allclose(coarse_level(image, sizes, side), pyramid[-1], atol=1e-6)


@pytest.mark.parametrize("size", [(40, 64), (41, 63), (1, 9), (2, 2)])
def test_doubled_parts_equal_the_whole(size, random_images, numpy_of):
    (coarse,) = level_sizes(*size, 2)[1:]
    image = random_images(*coarse, 3)
    expected = numpy_of(double(image[np.newaxis], *size))[0]
    for window in tiles(whole(*size), 5):
        around = widened(halved(window, size), 1, coarse)
        np.testing.assert_allclose(doubled(Part(image[around], around), window), expected[window], atol=1e-6)


def test_every_tile_has_all_it_depends_on():
    sizes, reach = level_sizes(300, 211, 3), 4
    outputs, _ = even_tiles(300, 211, 50)
    for window, levels in zip(outputs, tile_windows(sizes, 50, reach), strict=True):
        needed = window
        for size, level in zip(sizes, levels, strict=True):
            assert level.wanted == needed
            for inner, outer, length in zip(widened(needed, reach, size), level.seen, size, strict=True):
                assert 0 <= outer.start <= inner.start < inner.stop <= outer.stop <= length
            needed = halved(level.seen, size)


def test_networks_see_one_size_a_level():
    for level in zip(*tile_windows(level_sizes(1300, 2211, 3), 500, 4), strict=True):
        assert len({shape(windows.seen) for windows in level}) == 1


def test_pictures_that_fit_a_tile_are_computed_whole():
    assert count_tiled(level_sizes(480, 640, 5), 640) == 0
    assert count_tiled(level_sizes(480, 641, 5), 640) == 2
    # The coarsest of several levels stays whole; a single level does not.
    assert count_tiled(level_sizes(480, 641, 2), 10) == 1
    assert count_tiled(level_sizes(480, 641, 1), 10) == 1
