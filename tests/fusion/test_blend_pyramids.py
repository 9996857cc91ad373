import numpy as np
import pytest

from cscfuse_keras.fusion.blend_pyramids import blend_pyramids
from cscfuse_keras.layers.pyramid import double, halve

pytestmark = pytest.mark.backend


@pytest.fixture
def pyramids(random_images, numpy_of):
    """Gaussian pyramids of three exposures in two scenes, three levels of odd and even sizes."""
    exposures = random_images(2, 3, 13, 18, 3)
    levels = [exposures]
    for _ in range(2):
        folded = levels[-1].reshape(-1, *levels[-1].shape[2:])
        half = numpy_of(halve(folded))
        levels.append(half.reshape(2, 3, *half.shape[1:]))
    return levels


@pytest.fixture
def maps(pyramids, random_images):
    return [random_images(*level.shape[:-1], 1, seed=k, low=-2, high=2) for k, level in enumerate(pyramids)]


def test_equal_weights_give_the_mean(pyramids, numpy_of):
    zeros = [np.zeros((*level.shape[:-1], 1), "float32") for level in pyramids]
    np.testing.assert_allclose(numpy_of(blend_pyramids(pyramids, zeros)), pyramids[0].mean(axis=1), atol=1e-6)


def test_overwhelming_weight_gives_that_exposure(pyramids, numpy_of):
    chosen = [np.zeros((*level.shape[:-1], 1), "float32") for level in pyramids]
    for found in chosen:
        found[:, 2] = 50
    np.testing.assert_allclose(numpy_of(blend_pyramids(pyramids, chosen)), pyramids[0][:, 2], atol=1e-6)


def test_each_band_has_its_own_weights(pyramids, numpy_of):
    # Detail of the first exposure on what is coarse in the second.
    maps = [np.zeros((*level.shape[:-1], 1), "float32") for level in pyramids[:2]]
    maps[0][:, 0] = 50
    maps[1][:, 1] = 50
    coarse = [numpy_of(double(pyramids[1][:, k], 13, 18)) for k in range(2)]
    expected = pyramids[0][:, 0] - coarse[0] + coarse[1]
    np.testing.assert_allclose(numpy_of(blend_pyramids(pyramids[:2], maps)), expected, atol=1e-6)


def test_one_level_is_a_weighted_mean(pyramids, maps, numpy_of):
    weights = np.exp(maps[0]) / np.exp(maps[0]).sum(axis=1, keepdims=True)
    expected = (weights * pyramids[0]).sum(axis=1)
    np.testing.assert_allclose(numpy_of(blend_pyramids(pyramids[:1], maps[:1])), expected, atol=1e-6)


def test_gain_acts_on_the_finest_band_alone(pyramids, maps, numpy_of):
    plain, sharper = (numpy_of(blend_pyramids(pyramids, maps, gain)) for gain in (1.0, 1.5))
    without = numpy_of(blend_pyramids(pyramids, maps, 0.0))
    np.testing.assert_allclose(sharper - plain, 0.5 * (plain - without), atol=1e-6)
    np.testing.assert_allclose(without, numpy_of(double(blend_pyramids(pyramids[1:], maps[1:]), 13, 18)), atol=1e-6)
