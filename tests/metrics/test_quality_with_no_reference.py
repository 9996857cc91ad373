"""QNR and the two distortions that it is made of."""

import numpy as np
import pytest

from cscfuse_keras.metrics.quality_with_no_reference import quality_with_no_reference
from cscfuse_keras.metrics.spatial_distortion import spatial_distortion
from cscfuse_keras.metrics.spectral_distortion import spectral_distortion


def index(x, y, side):
    """Mean of Q over blocks, from the definition."""
    values = []
    for top in range(0, len(x), side):
        for left in range(0, x.shape[1], side):
            a, b = (image[top : top + side, left : left + side].ravel() for image in (x, y))
            (va, c), (_, vb) = np.cov(a, b, bias=True)
            values.append(4 * c * a.mean() * b.mean() / ((va + vb) * (a.mean() ** 2 + b.mean() ** 2)))
    return np.mean(values)


@pytest.fixture
def images(random_images):
    """Fused image, low-resolution image, guide of two channels, guide at low resolution; scale 4."""
    shapes = ((64, 32, 3), (16, 8, 3), (64, 32, 2), (16, 8, 2))
    fused, low, guide, low_guide = (np.float64(random_images(*shape, seed=k)) for k, shape in enumerate(shapes))
    low[..., 1] = 0.5 * low[..., 0] + 0.5 * low[..., 1]
    fused[..., 2] = 0.5 * guide[..., 0] + 0.5 * fused[..., 2]
    return fused, [low, guide, low_guide]


def test_plain_loops(images):
    fused, (low, guide, low_guide) = images
    spectral = np.mean(
        [
            abs(index(fused[..., i], fused[..., j], 32) - index(low[..., i], low[..., j], 8))
            for i in range(3)
            for j in range(3)
            if i != j
        ]
    )
    spatial = np.mean(
        [
            abs(index(fused[..., i], guide[..., j], 32) - index(low[..., i], low_guide[..., j], 8))
            for i in range(3)
            for j in range(2)
        ]
    )
    assert spectral > 0.1
    assert spatial > 0.05
    assert spectral_distortion(*images) == pytest.approx(spectral)
    assert spatial_distortion(*images) == pytest.approx(spatial)
    assert quality_with_no_reference(*images) == pytest.approx((1 - spectral) * (1 - spatial))


def test_no_distortion_where_every_pixel_is_repeated(images):
    _, (low, _, low_guide) = images
    fused, guide = (np.kron(image, np.ones((4, 4, 1))) for image in (low, low_guide))
    assert quality_with_no_reference(fused, [low, guide, low_guide]) == pytest.approx(1)


def test_a_band_turned_into_its_negative(images):
    low = images[1][0][..., :1]
    low = np.concatenate([low, low], axis=2)
    fused = np.kron(low, np.ones((4, 4, 1)))
    fused[..., 1] = np.clip(2 * fused[..., 0].mean() - fused[..., 0], 0, 1)
    sources = [low, fused[..., :1], low[..., :1]]
    # Q of equal bands is 1, that of a band and its negative about -1.
    assert spectral_distortion(fused, sources) == pytest.approx(2, abs=0.1)
    assert spatial_distortion(fused, sources) == pytest.approx(1, abs=0.1)
    assert spectral_distortion(fused[..., :1], [low[..., :1], *sources[1:]]) == pytest.approx(0, abs=1e-12)
