from itertools import pairwise

import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.samples import exposure_bracket
from cscfuse_keras.samples.sensor import contrast, srgb

LUMA = np.array([0.299, 0.587, 0.114])


@pytest.fixture(scope="module")
def bracket():
    return exposure_bracket(3, 180, 240)


@pytest.mark.parametrize(("count", "height", "width"), [(1, 64, 64), (2, 65, 130), (4, 133, 70)])
def test_shape_type_and_range(count, height, width):
    pictures = exposure_bracket(count, height, width)
    assert pictures.shape == (count, height, width, 3)
    assert pictures.dtype == np.float32
    assert pictures.min() >= 0
    assert pictures.max() <= 1


def test_same_seed_same_pictures():
    np.testing.assert_array_equal(exposure_bracket(2, 70, 90, seed=2), exposure_bracket(2, 70, 90, seed=2))


def test_other_seed_other_room():
    first, second = exposure_bracket(2, 70, 90, seed=2), exposure_bracket(2, 70, 90, seed=5)
    assert np.abs(first - second).mean() > 0.01


def test_each_exposure_is_brighter_than_the_last_everywhere(bracket):
    smooth = [cv2.blur(picture, (5, 5)) for picture in bracket]
    for darker, brighter in pairwise(smooth):
        assert (brighter >= darker).mean() > 0.999
        assert brighter.mean() > 1.5 * darker.mean()


def test_the_window_is_clipped_in_the_bright_exposure_only(bracket):
    dark, _, bright = bracket
    landscape = (dark @ LUMA) > 0.6
    assert landscape.sum() > 500
    assert dark[landscape].max() < 1
    assert np.median(bright[landscape]) == 1


def test_the_room_is_seen_in_the_bright_exposure_only(bracket):
    dark, _, bright = bracket
    room = (dark @ LUMA) < np.median(dark @ LUMA)
    assert dark[room].mean() < 0.1
    assert 0.2 < bright[room].mean() < 0.6


def test_steps_are_two_exposure_values(bracket):
    linear = np.linspace(0, 1, 4001)
    dark, middle = (np.interp(picture, contrast(srgb(linear)), linear) for picture in bracket[:2])
    inner = (dark > 0.03) & (middle < 0.9)
    assert np.median(middle[inner] / dark[inner]) == pytest.approx(4, rel=0.02)


def test_no_exposures_are_refused():
    with pytest.raises(UsageError, match="count"):
        exposure_bracket(0)
