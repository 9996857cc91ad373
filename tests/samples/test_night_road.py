import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.samples import night_road
from cscfuse_keras.samples.night_road import ZEBRA, draw

LUMA = np.array([0.299, 0.587, 0.114])


@pytest.mark.parametrize(("height", "width"), [(64, 64), (97, 130), (150, 71)])
def test_shapes_types_and_ranges(height, width):
    infrared, visible = night_road(height, width)
    assert infrared.shape == (height, width)
    assert visible.shape == (height, width, 3)
    for picture in (infrared, visible):
        assert picture.dtype == np.float32
        assert 0 <= picture.min() < 0.1
        assert 0.7 < picture.max() <= 1


def test_same_seed_same_pictures():
    for first, second in zip(night_road(80, 96, seed=3), night_road(80, 96, seed=3), strict=True):
        np.testing.assert_array_equal(first, second)


def test_other_seed_other_street():
    for first, second in zip(night_road(80, 96, seed=3), night_road(80, 96, seed=4), strict=True):
        assert np.abs(first - second).mean() > 0.01


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_people_and_dog_are_bright_in_the_infrared_and_dark_in_the_visible(seed):
    infrared, visible, living = draw(240, 320, seed)
    bodies = living > 0.99
    assert bodies.sum() > 150
    assert infrared[bodies].mean() > infrared[living == 0].mean() + 0.3
    assert np.median((visible @ LUMA)[bodies]) < 0.2


def test_markings_show_in_the_visible_only():
    height, width = 240, 320
    infrared, visible = night_road(height, width)
    unit = 0.98 * np.sqrt(height * width)
    row = round(0.43 * height + 1.75 / ZEBRA * unit)
    columns = slice(round(width / 2 - 0.2 / ZEBRA * unit), round(width / 2 + 1.8 / ZEBRA * unit))
    assert (visible @ LUMA)[row, columns].std() > 4 * infrared[row - 1 : row + 2, columns].mean(axis=0).std()


@pytest.mark.parametrize(("height", "width", "named"), [(63, 64, "height"), (64, 10, "width")])
def test_small_sizes_are_refused(height, width, named):
    with pytest.raises(UsageError, match=named):
        night_road(height, width)
