import keras
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from cscfuse_keras.layers import BoxFilter
from cscfuse_keras.layers.box_filter import BOX_BORDERS, box_mean, box_sum

CASES = [((6, 9), radius) for radius in (*range(8), 45)]
CASES += [(size, radius) for size in ((1, 1), (1, 5), (4, 1), (2, 3)) for radius in (1, 5)]
# JAX compiles each case anew: some are enough for it.
BACKEND_CASES = [((6, 9), 2), ((6, 9), 45), ((1, 5), 5)]


def windows(images, radius, border, numpy_pad):
    """All windows of extended float64 images, on the last two axes."""
    side = 2 * radius + 1
    return sliding_window_view(numpy_pad(images.astype("float64"), radius, border), (side, side), axis=(1, 2))


@pytest.mark.parametrize("border", BOX_BORDERS)
@pytest.mark.parametrize(
    ("size", "radius"),
    [pytest.param(*case, marks=[pytest.mark.backend] * (case in BACKEND_CASES)) for case in CASES],
)
def test_mean_and_sum_equal_brute_force(border, size, radius, random_images, numpy_of, numpy_pad):
    images = random_images(2, *size, 2)
    if border == "cut":
        sums = windows(images, radius, "zeros", numpy_pad).sum((-1, -2))
        counts = windows(np.ones_like(images), radius, "zeros", numpy_pad).sum((-1, -2))
        means = sums / counts
    else:
        means = windows(images, radius, border, numpy_pad).mean((-1, -2))
        sums = windows(images, radius, border, numpy_pad).sum((-1, -2))
        np.testing.assert_allclose(numpy_of(box_sum(images, radius, border)), sums, rtol=1e-6)
    np.testing.assert_allclose(numpy_of(box_mean(images, radius, border)), means, rtol=1e-6)


@pytest.mark.backend
def test_no_digits_are_lost_far_from_zero(numpy_of):
    # Differences of cumulative sums fail here: the sums reach 1e6, the means differ by 1e-3.
    images = np.full((1, 4, 4000, 1), 100, "float32")
    images[:, :, ::2] += 0.001
    expected = np.convolve(images[0, 0, :, 0].astype("float64"), [1 / 3] * 3, "valid")
    means = numpy_of(box_mean(images, 1))[0, 1, 1:-1, 0]
    np.testing.assert_allclose(means, expected, atol=2e-5)


@pytest.mark.backend
@pytest.mark.parametrize("border", ["symmetric", "reflect", "cut"])
def test_constants_are_kept(border, numpy_of):
    images = np.full((1, 5, 7, 1), 0.3, "float32")
    np.testing.assert_allclose(numpy_of(BoxFilter(4, border)(images)), images, rtol=1e-6)


@pytest.mark.backend
def test_gradient_spreads_over_the_window(gradient, random_images):
    # Far from the border each pixel counts (2r + 1)^2 times 1/(2r + 1)^2; at a zero border less.
    expected = gradient(lambda x: keras.ops.sum(box_mean(x, 1, "zeros")), random_images(1, 5, 5, 1))
    np.testing.assert_allclose(expected[0, :, :, 0], np.outer(*[[2, 3, 3, 3, 2]] * 2) / 9, rtol=1e-6)


def test_unknown_border_is_refused():
    with pytest.raises(ValueError, match=r"border must be one of symmetric.*received 'mirror'"):
        BoxFilter(2, "mirror")
