import cv2
import numpy as np
import pytest

from cscfuse_keras.layers.resize import GRIDS, Enlarge, enlarge, shrink

pytestmark = pytest.mark.backend


def places(size, scale, grid):
    """Where the samples of an axis of `size` lie on the axis `scale` times longer."""
    index = np.arange(size, dtype="float64")
    return {
        "half_pixel": index * scale + (scale - 1) / 2,
        "co_sited": index * scale,
        "align_corners": index * (size * scale - 1) / max(size - 1, 1),
    }[grid]


def interpolated(images, scale, grid):
    """Linear interpolation along both axes by numpy; the edge is repeated."""
    for axis in (1, 2):
        size = images.shape[axis]
        at, targets = places(size, scale, grid), np.arange(size * scale)
        images = np.apply_along_axis(lambda line, x=targets, xp=at: np.interp(x, xp, line), axis, images)
    return images


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 8])
def test_enlarging_is_linear_interpolation(scale, grid, random_images, numpy_of):
    images = random_images(2, 5, 7, 3)
    expected = interpolated(images.astype("float64"), scale, grid)
    np.testing.assert_allclose(numpy_of(enlarge(images, scale, grid)), expected, atol=1e-6)


@pytest.mark.parametrize("grid", GRIDS)
def test_one_pixel_fills_the_square(grid, numpy_of):
    pixel = np.full((1, 1, 1, 2), 0.3, "float32")
    np.testing.assert_allclose(numpy_of(enlarge(pixel, 4, grid)), np.full((1, 4, 4, 2), 0.3), atol=1e-7)


@pytest.mark.parametrize("scale", [2, 4])
def test_half_pixel_enlarging_equals_opencv(scale, random_images, numpy_of):
    image = random_images(1, 9, 6, 3)
    expected = cv2.resize(image[0], (6 * scale, 9 * scale), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(numpy_of(enlarge(image, scale))[0], expected, atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_half_pixel_shrinking_is_the_mean_of_squares(scale, random_images, numpy_of):
    image = random_images(1, 5 * scale, 3 * scale, 2)
    expected = image.reshape(1, 5, scale, 3, scale, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(numpy_of(shrink(image, scale)), expected, atol=1e-6)


def test_half_pixel_shrinking_by_two_is_bilinear(random_images, numpy_of):
    image = random_images(1, 10, 8, 3)
    expected = cv2.resize(image[0], (4, 5), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(numpy_of(shrink(image, 2))[0], expected, atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3])
def test_co_sited_enlarging_keeps_what_shrinking_takes(scale, random_images, numpy_of):
    image = random_images(1, 5, 6, 2)
    enlarged = numpy_of(enlarge(image, scale, "co_sited"))
    np.testing.assert_array_equal(enlarged[:, ::scale, ::scale], image)
    np.testing.assert_array_equal(numpy_of(shrink(enlarged, scale, "co_sited")), image)


def test_aligned_shrinking_keeps_the_corners(random_images, numpy_of):
    image = random_images(1, 12, 9, 2)
    shrunk = numpy_of(shrink(image, 3, "align_corners"))
    assert shrunk.shape == (1, 4, 3, 2)
    np.testing.assert_allclose(shrunk[:, ::3, ::2], image[:, ::11, ::8], atol=1e-6)
    # Row 1 of 4 lies at 1 * 11 / 3 of 12 rows, column 1 of 3 at 4 of 9 columns.
    np.testing.assert_allclose(shrunk[0, 1, 1], image[0, 3, 4] / 3 + image[0, 4, 4] * 2 / 3, atol=1e-6)


def test_aligned_places_stay_exact_on_long_axes(numpy_of):
    ramp = np.arange(4001, dtype="float32").reshape(1, 1, -1, 1) / 4000
    enlarged = numpy_of(enlarge(ramp, 4, "align_corners"))[0, 0, :, 0]
    np.testing.assert_allclose(enlarged, np.linspace(0, 1, 4 * 4001), atol=2e-7)


@pytest.mark.parametrize("grid", ["half_pixel", "co_sited"])
def test_tiles_equal_the_whole(grid, random_images, numpy_of):
    image = random_images(1, 12, 6, 2)
    whole = numpy_of(enlarge(image, 3, grid))
    tile = numpy_of(enlarge(image[:, 4:9], 3, grid))
    np.testing.assert_array_equal(tile[:, 3:-3], whole[:, 15:24])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"scale": 2, "grid": "centred"}, "grid must be one of half_pixel"), ({"scale": 0}, "scale must be at least 1")],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Enlarge(**arguments)
