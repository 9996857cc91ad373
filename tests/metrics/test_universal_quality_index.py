import numpy as np
import pytest

from cscfuse_keras.metrics.universal_quality_index import low_resolution_side, universal_quality_indices


def plain_index(x, y):
    joint = np.cov(x.ravel(), y.ravel(), bias=True)
    means = x.mean(), y.mean()
    return 4 * joint[0, 1] * means[0] * means[1] / ((joint[0, 0] + joint[1, 1]) * (means[0] ** 2 + means[1] ** 2))


def test_plain_loops_over_pairs_and_blocks(random_images):
    first, second = np.float64(random_images(8, 16, 3)), np.float64(random_images(8, 16, 2, seed=1))
    found = universal_quality_indices(first, second, 8)
    for i in range(3):
        for j in range(2):
            values = [plain_index(first[:, part, i], second[:, part, j]) for part in (slice(8), slice(8, 16))]
            assert found[i, j] == pytest.approx(np.mean(values))


def test_identical_and_inverted_bands(random_images):
    image = np.float64(random_images(8, 8, 1))
    image += 0.5 - image.mean()
    assert universal_quality_indices(image, image, 8) == pytest.approx(1)
    assert universal_quality_indices(image, 1 - image, 8) == pytest.approx(-1)
    assert universal_quality_indices(0 * image, 0 * image, 8) == 1


def test_blocks_have_the_same_ground():
    assert [low_resolution_side(scale) for scale in (2, 3, 4, 8, 32)] == [16, 10, 8, 4, 2]
