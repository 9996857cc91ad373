"""Luma and chroma of arrays."""

import numpy as np
import pytest

from cscfuse_keras.tasks.colour import luma, with_luma

generator = np.random.default_rng(0)


def chroma(rgb):
    y = luma(rgb)
    return np.stack([(rgb[..., 2] - y) / 1.772, (rgb[..., 0] - y) / 1.402], axis=-1)


def test_luma_of_primaries():
    np.testing.assert_allclose(luma(np.eye(3, dtype="float32")), [0.299, 0.587, 0.114], rtol=1e-6)


def test_chroma_is_kept_where_it_fits():
    rgb = 0.4 + 0.2 * generator.random((8, 9, 3))
    new = 0.4 + 0.2 * generator.random((8, 9))
    result = with_luma(rgb, new)
    np.testing.assert_allclose(luma(result), new, atol=1e-12)
    np.testing.assert_allclose(chroma(result), chroma(rgb), atol=1e-12)


@pytest.mark.parametrize("level", [0.0, 0.02, 0.5, 0.98, 1.0])
def test_luma_is_exact_and_hue_kept_where_it_does_not_fit(level):
    rgb = generator.random((16, 17, 3))
    result = with_luma(rgb, np.full((16, 17), level))
    assert result.min() >= 0
    assert result.max() <= 1
    np.testing.assert_allclose(luma(result), level, atol=1e-12)
    before, after = chroma(rgb), chroma(result)
    cross = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    np.testing.assert_allclose(cross, 0, atol=1e-12)
    assert ((before * after).sum(axis=-1) >= -1e-12).all()


def test_own_luma_changes_nothing():
    rgb = generator.random((5, 6, 3))
    np.testing.assert_allclose(with_luma(rgb, luma(rgb)), rgb, atol=1e-12)
