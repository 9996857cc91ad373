import numpy as np
import pytest

from cscfuse_keras.losses.activity_rule import blend_by_activity

pytestmark = pytest.mark.backend

CENTRE = (slice(None), slice(24, 72), slice(24, 72))


@pytest.fixture(scope="module")
def texture():
    """Stripes of four pixels."""
    return np.tile(np.kron([0.35, 0.65], np.ones(4)), (96, 12)).astype("float32")[None]


def flat(value):
    return np.full((1, 96, 96), value, "float32")


def pair_of(infrared, visible):
    return np.stack([infrared, visible], axis=-1).astype("float32")


def test_flat_images_keep_their_brightness_but_for_glare(numpy_of):
    dim, glaring = (numpy_of(blend_by_activity(pair_of(flat(0.4), flat(value)))) for value in (0.4, 1.0))
    assert dim.std() < 1e-4
    assert 0.3 < dim.mean() < 0.4 < glaring.mean() < 0.7


@pytest.mark.parametrize("visible_has_it", [False, True])
def test_detail_of_one_source_alone_is_kept(texture, numpy_of, visible_has_it):
    sources = [flat(0.5), texture] if visible_has_it else [texture, flat(0.5)]
    fused = numpy_of(blend_by_activity(pair_of(*sources)))[..., 0]
    slopes = [np.diff(image[CENTRE], axis=2).ravel() for image in (fused, texture)]
    assert np.corrcoef(*slopes)[0, 1] > 0.95
    assert np.abs(slopes[0]).max() > np.abs(slopes[1]).max()


def test_a_warm_target_shows_in_glare(numpy_of):
    infrared, glare = flat(0.3), flat(1.0)
    infrared[:, 40:56, 40:56] = 0.8
    fused = numpy_of(blend_by_activity(pair_of(infrared, glare)))[0, ..., 0]
    assert fused[44:52, 44:52].min() > fused[:30].max() + 0.2


def test_flat_areas_are_as_calm_as_the_calmer_source(numpy_of):
    noise = np.random.default_rng(0).normal(size=(2, 1, 96, 96)) * np.array([2, 0.5])[:, None, None, None] / 255
    sources = pair_of(*(flat(0.5) + noise))
    fused = 255 * numpy_of(blend_by_activity(sources))[..., 0]
    assert fused[CENTRE].std() < 1.2
