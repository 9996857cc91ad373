import numpy as np
import pytest

from cscfuse_keras.fusion.exposure_weights import exposure_weights, merge_chroma, merge_luma

pytestmark = pytest.mark.backend


def test_golden_weights(golden, numpy_of):
    vectors = golden("05_mef_network")
    codes, expected = (np.moveaxis(vectors[name], -1, 1)[..., np.newaxis] for name in ("out.codes", "out.weights"))
    np.testing.assert_allclose(numpy_of(exposure_weights(codes)), expected, atol=1e-6, rtol=0)


def test_weights_are_shares_even_of_huge_maps(random_images, numpy_of):
    weights = numpy_of(exposure_weights(random_images(2, 4, 3, 5, 1, low=-500, high=500)))
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_luma_is_the_weighted_sum(random_images, numpy_of):
    luma, weights = random_images(2, 3, 4, 5, 1), random_images(2, 3, 4, 5, 1, seed=1)
    np.testing.assert_allclose(numpy_of(merge_luma(luma, weights)), (luma * weights).sum(axis=1), atol=1e-6)


def pixel(*exposures):
    return np.float32(exposures).reshape(1, len(exposures), 1, 1, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.5, 0.5, 0.5), 0.5),
        ((0.9, 0.5, 0.5), 0.9),
        ((0.7, 0.1), (0.2 * 0.7 + 0.4 * 0.1) / 0.6),
        ((0.7, 0.3), 0.5),
    ],
)
def test_chroma_far_from_grey_counts_more(values, expected, numpy_of):
    merged = numpy_of(merge_chroma(pixel(*values)))
    assert merged.shape == (1, 1, 1, 1)
    np.testing.assert_allclose(merged, expected, atol=1e-6)


def test_half_precision_grey_is_no_division_by_zero(numpy_of):
    merged = numpy_of(merge_chroma(pixel(0.5, 0.5).astype("float16")))
    assert merged.dtype == np.float16
    assert merged == 0.5
