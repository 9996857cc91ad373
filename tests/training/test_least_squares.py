import keras
import numpy as np
import pytest

from cscfuse_keras.layers import PaddedConv2D
from cscfuse_keras.layers.space_to_depth import depth_to_space, space_to_depth
from cscfuse_keras.training.least_squares import linear_filters
from pipelines.spectral_shifts import Pair

pytestmark = pytest.mark.backend


def filtered(pair, kernel, scale):
    """What the network's layer makes of a pair."""
    low, guide = pair.low_resolution[np.newaxis], pair.guide[np.newaxis]
    layer = PaddedConv2D(kernel.shape[3], kernel.shape[0])
    both = keras.ops.concatenate([low, space_to_depth(guide, scale)], axis=-1)
    layer.build(both.shape)
    layer.kernel.assign(kernel)
    return keras.ops.convert_to_numpy(depth_to_space(layer(both), scale))[0]


@pytest.fixture
def known(random_images):
    """A pair whose truth is 0.25 and a symmetric filter of both images: the guide's first channel and the bands."""
    low, guide = random_images(40, 40, 2), random_images(80, 80, 1, seed=1)
    truth = 0.25 + 0.5 * guide + 0.1 * low.repeat(2, axis=0).repeat(2, axis=1)
    return Pair(low, guide, truth.astype("float32"), np.ones((40, 40), bool))


def test_a_filter_is_found(known):
    start = np.full_like(known.truth, 0.25)
    _, kernel, *_ = linear_filters([known], [start], [start], 3)
    assert kernel.shape == (3, 3, 6, 8)
    np.testing.assert_allclose(start + filtered(known, kernel, 2), known.truth, atol=5e-3)


def test_the_guess_comes_first(known):
    start = np.full_like(known.truth, 0.25)
    guess = start + 0.3 * known.guide
    kernel, *_ = linear_filters([known], [start], [guess], 3)
    np.testing.assert_allclose(start + filtered(known, kernel, 2), guess, atol=5e-3)


def test_invalid_pixels_do_not_count(known):
    start = np.full_like(known.truth, 0.25)
    known.valid[10:20, 5] = False
    known.truth[20:40, 10:12] = 50
    _, kernel, *_ = linear_filters([known], [start], [start], 3)
    np.testing.assert_allclose((start + filtered(known, kernel, 2))[60:], known.truth[60:], atol=5e-3)


def test_pixels_that_tell_nothing_give_no_filter():
    pair = Pair(np.zeros((9, 9, 2), "f"), np.zeros((18, 18, 1), "f"), np.zeros((18, 18, 2), "f"), np.ones((9, 9), bool))
    np.testing.assert_array_equal(linear_filters([pair], [pair.truth], [pair.truth], 3), 0)
