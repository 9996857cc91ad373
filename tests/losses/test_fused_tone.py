import numpy as np
import pytest

from cscfuse_keras.layers.pyramid import halve
from cscfuse_keras.losses.fused_tone import (
    brightest_distance,
    correlations_of_differences,
    missing_contrast,
    near_clipping,
    noise_in_flat_areas,
    unevenness,
)
from cscfuse_keras.metrics.sum_of_correlations_of_differences import sum_of_correlations_of_differences

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def pair(random_images):
    return random_images(1, 48, 40, 2, seed=4)


def test_correlations_equal_the_metric(pair, numpy_of):
    fused = 0.7 * pair[..., :1] ** 2 + 0.2 * pair[..., 1:]
    expected = sum_of_correlations_of_differences(
        255 * fused[0, ..., 0].astype(float), [255 * pair[0, ..., k].astype(float) for k in (0, 1)]
    )
    assert numpy_of(correlations_of_differences(fused, pair))[0] == pytest.approx(expected, abs=1e-4)


def test_contrast_of_the_sum_is_enough(pair, numpy_of):
    centred = pair - pair.mean(axis=(1, 2), keepdims=True)
    centred[..., 1] -= centred[..., 0] * (centred[..., 0] * centred[..., 1]).mean() / (centred[..., 0] ** 2).mean()
    total = centred.sum(axis=-1, keepdims=True)
    assert numpy_of(missing_contrast(total, centred, share=1.0))[0] == pytest.approx(0, abs=1e-3)
    assert numpy_of(missing_contrast(total / 2, centred, share=1.0))[0] == pytest.approx(0.5, abs=1e-3)


def test_brightest(pair, numpy_of):
    brightest = pair.max(axis=-1, keepdims=True)
    assert numpy_of(brightest_distance(brightest - 0.25, pair))[0] == pytest.approx(0.25, abs=1e-6)


def test_clipping_counts_only_the_ends(numpy_of):
    image = np.array([0.0, 0.01, 0.5, 0.99], "float32").reshape(1, 2, 2, 1)
    assert numpy_of(near_clipping(image))[0] == pytest.approx((1 + 0.5 + 0 + 0.5) / 4, abs=1e-5)


def test_noise_is_that_beyond_the_calmer_source(numpy_of):
    generator = np.random.default_rng(0)
    sources = np.full((1, 64, 64, 2), 0.5) + generator.normal(size=(1, 64, 64, 2)) * np.array([1, 3]) / 255
    sources = sources.astype("float32")
    calm, noisy = (float(numpy_of(noise_in_flat_areas(sources[..., k : k + 1], sources))[0]) for k in (0, 1))
    assert calm < 0.05
    assert 1 < noisy < 3
    edges = np.tile(np.kron([0.2, 0.8] * 16, np.ones(2)), (64, 1)).astype("float32")[None, ..., None]
    structured = np.concatenate([edges, sources[..., 1:]], axis=-1)
    assert numpy_of(noise_in_flat_areas(sources[..., 1:], structured))[0] < 0.1 * noisy


def test_glow_on_even_ground_is_uneven_and_noise_is_not(numpy_of):
    generator = np.random.default_rng(0)
    sources = np.full((1, 96, 96, 2), 0.5, "float32")
    rows, columns = np.mgrid[:96, :96] - 47.5
    glow = sources[..., :1] + 0.2 * np.exp(-(rows**2 + columns**2) / 18**2).astype("float32")[None, ..., None]
    noisy = sources[..., :1] + generator.normal(size=(1, 96, 96, 1)).astype("float32") * 4 / 255
    found = [float(numpy_of(unevenness(image, sources))[0]) for image in (sources[..., :1], noisy, glow)]
    assert found[0] == pytest.approx(0, abs=1e-4)
    assert 0 < 5 * found[1] < found[2]
    assert numpy_of(unevenness(glow, np.concatenate([glow, glow], axis=-1)))[0] == pytest.approx(0, abs=1e-4)


def test_unevenness_is_noise_of_the_halved_pictures(random_images, numpy_of):
    sources, fused = (random_images(1, 64, 48, channels, seed=5) / 20 for channels in (2, 1))
    halved = [numpy_of(halve(halve(image))) for image in (fused, sources)]
    expected = numpy_of(noise_in_flat_areas(*halved))
    np.testing.assert_allclose(numpy_of(unevenness(fused, sources, scales=(2,))), expected, rtol=1e-4)
