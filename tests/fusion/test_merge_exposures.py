import numpy as np
import pytest

from cscfuse_keras.fusion import MergeExposures, merge_exposures

pytestmark = pytest.mark.backend


def test_luma_by_weight_and_chroma_by_colour(numpy_of):
    ycbcr = np.float32([[0.2, 0.5, 0.9], [0.8, 0.3, 0.5]]).reshape(1, 2, 1, 1, 3)
    weights = np.float32([0.25, 0.75]).reshape(1, 2, 1, 1, 1)
    merged = numpy_of(MergeExposures()(ycbcr, weights))
    np.testing.assert_allclose(merged.reshape(3), [0.65, 0.3, 0.9], atol=1e-6)


def test_order_does_not_matter(random_images, numpy_of):
    ycbcr, weights = random_images(2, 4, 3, 5, 3), random_images(2, 4, 3, 5, 1, seed=1)
    expected = numpy_of(merge_exposures(ycbcr, weights))
    np.testing.assert_allclose(numpy_of(merge_exposures(ycbcr[:, ::-1], weights[:, ::-1])), expected, atol=1e-6)
