import cv2
import numpy as np

from cscfuse_keras.baselines.laplacian_pyramid import LaplacianPyramidFuser


def halves(random_images):
    """A texture, and its left and right halves, beside which it is flat grey."""
    whole = 0.5 + 0.3 * (random_images(128, 192) - 0.5)
    left, right = whole.copy(), whole.copy()
    left[:, 96:], right[:, :96] = 0.5, 0.5
    return whole, left, right


def test_each_half_is_taken_where_it_is_textured(random_images):
    whole, left, right = halves(random_images)
    fused = LaplacianPyramidFuser(levels=2).fuse(left, right)
    away = np.r_[:80, 112:192]
    # The base is averaged: its half of the texture is lost, all other detail stays.
    expected = whole - cv2.pyrUp(cv2.pyrUp(cv2.pyrDown(cv2.pyrDown(whole - 0.5)))) / 2
    np.testing.assert_allclose(fused[:, away], expected[:, away], atol=1e-5)


def test_without_levels_it_is_the_mean(random_images):
    pair = random_images(2, 33, 20)
    np.testing.assert_allclose(LaplacianPyramidFuser(levels=0).fuse(*pair), pair.mean(axis=0), atol=1e-6)


def test_more_levels_than_the_size_allows_change_nothing(random_images):
    pair = random_images(2, 5, 9)
    expected = LaplacianPyramidFuser(levels=3).fuse(*pair)
    np.testing.assert_array_equal(LaplacianPyramidFuser(levels=30).fuse(*pair), expected)
