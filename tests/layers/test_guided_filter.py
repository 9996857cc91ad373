import numpy as np
import pytest

from cscfuse_keras.layers.box_filter import box_mean
from cscfuse_keras.layers.guided_filter import GuidedFilter, guided_filter, linear_coefficients

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(
    ("name", "radius", "epsilon", "tolerance"),
    [("r45_eps001", 45, 0.01, 3e-6), ("r4_eps01", 4, 0.1, 3e-6), ("r8_eps1em4", 8, 1e-4, 9e-6)],
)
def test_equals_opencv(name, radius, epsilon, tolerance, golden, numpy_of):
    vectors = golden("04_guided_filter_cv2")
    guide, source = (vectors[f"in.{part}"][None, ..., None] for part in ("guide", "src"))
    filtered = numpy_of(guided_filter(guide, source, radius, epsilon))[0, ..., 0]
    np.testing.assert_allclose(filtered, vectors[f"out.{name}"], atol=tolerance, rtol=0)


def test_constant_source_stays(random_images, numpy_of):
    source = np.full((1, 8, 9, 1), 0.7, "float32")
    filtered = numpy_of(guided_filter(random_images(1, 8, 9, 1), source, 2, 0.01))
    np.testing.assert_allclose(filtered, source, atol=2e-6)


def test_constant_guide_smooths_twice(random_images, numpy_of):
    source = random_images(1, 8, 9, 1)
    filtered = numpy_of(guided_filter(np.full_like(source, 0.5), source, 2, 0.01))
    np.testing.assert_allclose(filtered, numpy_of(box_mean(box_mean(source, 2), 2)), atol=1e-5)


@pytest.mark.parametrize("border", ["symmetric", "reflect", "cut"])
def test_source_that_is_linear_in_the_guide_stays_for_small_epsilon(border, random_images, numpy_of):
    guide = random_images(1, 8, 9, 1)
    source = 2 * guide + 1
    filtered = numpy_of(guided_filter(guide, source, 2, 1e-8, border))
    np.testing.assert_allclose(filtered, source, atol=1e-4)


def test_large_epsilon_ignores_the_guide(random_images, numpy_of):
    guide, source = random_images(1, 8, 9, 1), random_images(1, 8, 9, 1, seed=1)
    filtered = numpy_of(guided_filter(guide, source, 2, 1e6))
    np.testing.assert_allclose(filtered, numpy_of(box_mean(box_mean(source, 2), 2)), atol=1e-5)


def test_one_guide_channel_serves_all_source_channels(random_images, numpy_of):
    guide, source = random_images(2, 8, 9, 1), random_images(2, 8, 9, 3, seed=1)
    together = numpy_of(guided_filter(guide, source, 2, 0.01))
    for channel in range(3):
        alone = numpy_of(guided_filter(guide, source[..., channel : channel + 1], 2, 0.01))
        np.testing.assert_allclose(together[..., channel : channel + 1], alone, atol=1e-6)


def test_coefficients_are_those_of_a_least_squares_line(random_images, numpy_of):
    guide, source = random_images(1, 7, 7, 1), random_images(1, 7, 7, 1, seed=1)
    slope, offset = linear_coefficients(guide, source, 1, 1e-9, "symmetric")
    window = np.s_[0, 2:5, 3:6, 0]
    expected = np.polyfit(guide[window].ravel(), source[window].ravel(), 1)
    np.testing.assert_allclose([numpy_of(slope)[0, 3, 4, 0], numpy_of(offset)[0, 3, 4, 0]], expected, rtol=1e-3)


def test_unknown_border_is_refused():
    with pytest.raises(ValueError, match=r"border must be one of symmetric.*received 'wrap'"):
        GuidedFilter(2, 0.1, "wrap")
