import cv2
import numpy as np
import pytest

from pipelines.crops import AREA, RATIO, crop_window, random_resized_crop

# Area and mirroring that take all of a square image.
WHOLE = [np.nextafter(1, 0), 0.5, 0, 0]


class Fixed:
    """A generator of given numbers."""

    def __init__(self, *numbers):
        self.numbers = np.array(numbers)

    def random(self, count):
        assert count == len(self.numbers)
        return self.numbers


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (40, 2), (37, 53), (480, 640)])
def test_windows_lie_inside(size):
    generator = np.random.default_rng(0)
    extremes = np.stack(np.meshgrid(*[[0, np.nextafter(1, 0)]] * 4), axis=-1).reshape(-1, 4)
    for uniform in (*generator.random((500, 4)), *extremes):
        top, left, height, width = crop_window(*size, uniform)
        assert 0 <= top < top + height <= size[0]
        assert 0 <= left < left + width <= size[1]


def test_area_and_ratio_are_spread_over_their_ranges():
    windows = np.array([crop_window(2000, 2000, uniform) for uniform in np.random.default_rng(0).random((4000, 4))])
    area = windows[:, 2] * windows[:, 3] / 2000**2
    ratio = windows[:, 3] / windows[:, 2]
    assert AREA[0] * 0.99 < area.min() < 0.1
    assert 0.95 < area.max() <= AREA[1]
    assert ratio.min() == pytest.approx(RATIO[0], rel=0.01)
    assert ratio.max() == pytest.approx(RATIO[1], rel=0.01)
    assert np.log(ratio).mean() == pytest.approx(0, abs=0.01)
    assert area.mean() == pytest.approx(np.mean(AREA), abs=0.02)


def test_places_reach_all_borders():
    windows = np.array([crop_window(40, 60, uniform) for uniform in np.random.default_rng(0).random((4000, 4))])
    for start, length, size in ((windows[:, 0], windows[:, 2], 40), (windows[:, 1], windows[:, 3], 60)):
        movable = length < size
        for distance in (start[movable], (size - start - length)[movable]):
            assert distance.min() == 0
            assert distance.max() > 20


def test_all_of_an_image_is_only_resized(random_images):
    image = random_images(20, 20, 1)
    crop = random_resized_crop(image, 35, Fixed(*WHOLE, 0.9))
    expected = cv2.resize(image, (35, 35), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(crop[..., 0], expected, atol=1e-6)


def test_half_of_the_crops_are_mirrored(random_images):
    image = random_images(20, 20, 3)
    crop, mirrored = (random_resized_crop(image, 20, Fixed(*WHOLE, number)) for number in (0.5, 0.499))
    np.testing.assert_allclose(crop, image, atol=1e-6)
    np.testing.assert_array_equal(mirrored, crop[:, ::-1])


def test_shrinking_averages():
    stripes = np.tile(np.float32([1, 0, 0, 1]), (64, 16))[..., None]
    crop = random_resized_crop(stripes, 16, Fixed(*WHOLE, 0.9))
    np.testing.assert_allclose(crop, 0.5, atol=0.01)


@pytest.mark.parametrize("size", [(1, 1), (9, 200), (50, 40)])
def test_shape_range_and_repeatability(size, random_images):
    image = random_images(*size, 1)
    crops = [random_resized_crop(image, 16, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert all(crop.shape == (16, 16, 1) and crop.dtype == np.float32 for crop in crops)
    assert min(crop.min() for crop in crops) >= image.min() - 1e-6
    assert max(crop.max() for crop in crops) <= image.max() + 1e-6
    np.testing.assert_array_equal(crops[0], crops[1])
    assert size == (1, 1) or not np.array_equal(crops[0], crops[2])
