import numpy as np

from cscfuse_keras.metrics.block_moments import block_moments, quotient_or_one


def test_moments_are_numpys_block_by_block(random_images):
    first, second = np.float64(random_images(8, 12, 3)), np.float64(random_images(8, 12, 2, seed=1))
    moments = block_moments(first, second, 4)
    for number, (top, left) in enumerate((top, left) for top in (0, 4) for left in (0, 4, 8)):
        a, b = (image[top : top + 4, left : left + 4].reshape(16, -1) for image in (first, second))
        joint = np.cov(a, b, rowvar=False, bias=True)
        np.testing.assert_allclose(moments.first_mean[number], a.mean(0))
        np.testing.assert_allclose(moments.second_mean[number], b.mean(0))
        np.testing.assert_allclose(moments.covariance[number], joint[:3, 3:], atol=1e-15)
        np.testing.assert_allclose(moments.first_variance[number], np.diag(joint)[:3])
        np.testing.assert_allclose(moments.second_variance[number], np.diag(joint)[3:])


def test_blocks_are_filled_by_mirroring(random_images):
    image = np.float64(random_images(5, 7, 2))
    mirrored = np.concatenate([image, image[:, :-2:-1]], axis=1)
    mirrored = np.concatenate([mirrored, mirrored[:1:-1]], axis=0)
    assert mirrored.shape == (8, 8, 2)
    for found, expected in zip(block_moments(image, image, 4), block_moments(mirrored, mirrored, 4), strict=True):
        np.testing.assert_allclose(found, expected)


def test_quotient_of_nothing_is_one():
    np.testing.assert_array_equal(quotient_or_one(np.array([0, 1e-33, 1]), np.array([0, 2e-33, 2])), [1, 1, 0.5])
