import numpy as np
import pytest

from cscfuse_keras.baselines.domain_transform import recursive_filter


def test_on_a_flat_guide_it_spreads_as_far_as_the_deviation():
    point = np.zeros((1, 801), "float32")
    point[0, 400] = 1
    spread = recursive_filter(point, np.zeros_like(point), 20.0, 1.0)[0]
    assert spread.sum() == pytest.approx(1, abs=1e-3)
    assert np.sqrt(np.sum(spread * (np.arange(801) - 400) ** 2)) == pytest.approx(20, rel=0.02)


def test_edges_of_the_guide_part():
    guide = np.zeros((20, 30, 2), "float32")
    guide[:, 15:] = 1
    image = guide[..., 0]
    np.testing.assert_allclose(recursive_filter(image, guide, 50.0, 0.1), image, atol=1e-6)
    assert np.ptp(recursive_filter(image, 0 * guide, 50.0, 0.1)) < 0.5


def test_rows_and_columns_are_filtered_alike(random_images):
    line, guide = random_images(2, 1, 40)
    across = recursive_filter(line, guide, 2.0, 0.5)
    np.testing.assert_allclose(recursive_filter(line.T, guide.T, 2.0, 0.5), across.T, atol=1e-6)
    assert line.min() < across.min() < across.max() < line.max()
    # Rows that are alike stay so.
    both = recursive_filter(line.repeat(3, axis=0), guide.repeat(3, axis=0), 2.0, 0.5)
    np.testing.assert_allclose(both, across.repeat(3, axis=0), atol=1e-6)
