import numpy as np
import pytest

from cscfuse_keras.fusion.blend_pair import (
    DETAIL_SCALE,
    LARGEST_SPREAD,
    BlendPair,
    blend_pair,
    limit_softly,
    with_contrast,
)
from cscfuse_keras.layers.pyramid import halve

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def levels(random_images):
    pyramid = [random_images(2, 13, 18, 2, low=0.4, high=0.6)]
    for _ in range(2):
        pyramid.append(halve(pyramid[-1]))
    return pyramid


def maps_like(levels, values):
    """Maps for the weights of both images, without detail."""
    return [np.broadcast_to(np.float32([*values, 0]), (*level.shape[:-1], 3)) for level in levels]


def no_pixels(levels):
    return np.zeros(levels[0].shape, "float32")


def test_one_image_alone_comes_back(levels, numpy_of):
    """Twice sigmoid(0) is one, sigmoid(-40) nothing."""
    fused = numpy_of(blend_pair(levels, maps_like(levels, [0, -40]), no_pixels(levels)))
    np.testing.assert_allclose(fused, numpy_of(levels[0])[..., :1], atol=2e-3)


@pytest.mark.parametrize("number", [0, 2])
def test_detail_is_added_to_its_band(levels, numpy_of, number):
    maps = maps_like(levels, [-40, -40])
    maps[number] = maps[number].copy()
    maps[number][..., 2] = 0.1 / DETAIL_SCALE
    np.testing.assert_allclose(numpy_of(blend_pair(levels, maps, no_pixels(levels))), 0.6, atol=2e-3)
    np.testing.assert_allclose(numpy_of(blend_pair(levels, maps, no_pixels(levels), contrast=2.0)), 0.7, atol=5e-3)


def test_pixels_can_be_chosen_sharply(levels, numpy_of):
    """Weights of 1 for the brighter image and 0 for the other give the maximum."""
    brighter = levels[0] == levels[0].max(axis=-1, keepdims=True)
    choice = np.where(brighter, 20, 0).astype("float32")
    fused = numpy_of(blend_pair(levels, maps_like(levels, [-40, -40]), choice))
    np.testing.assert_allclose(fused[..., 0], levels[0].max(axis=-1), atol=2e-3)


def test_layer_is_the_function(levels, numpy_of):
    maps = maps_like(levels, [0.3, -0.2])
    layer = BlendPair.from_config(BlendPair(1.3).get_config())
    pixels = maps[0][..., :2]
    expected = numpy_of(blend_pair(levels, maps, pixels, 1.3))
    np.testing.assert_allclose(numpy_of(layer(levels, maps, pixels)), expected, atol=1e-6)


def test_limit_keeps_the_middle_and_the_order(numpy_of):
    ramp = np.linspace(-0.3, 1.3, 161).astype("float32")
    limited = numpy_of(limit_softly(ramp))
    middle = (ramp > 0.35) & (ramp < 0.65)
    np.testing.assert_allclose(limited[middle], ramp[middle], atol=2e-3)
    assert (np.diff(limited) > 0).all()
    assert limited[0] > 0
    assert limited[-1] < 1


def test_contrast_is_lowered_image_by_image_where_it_is_too_large(random_images, numpy_of):
    deviations = random_images(2, 20, 20, 1, low=-1.0)
    deviations[1] *= 0.1
    found = numpy_of(with_contrast(deviations, 1.5))
    assert np.sqrt((found[0] ** 2).mean()) == pytest.approx(LARGEST_SPREAD, rel=1e-5)
    np.testing.assert_allclose(found[1], 1.5 * deviations[1], rtol=1e-6)
