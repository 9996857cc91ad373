import cv2
import numpy as np
import pytest

from cscfuse_keras.metrics.natural_scene_statistics import (
    blocks,
    contrast_normalised,
    fit_asymmetric_gaussian,
    gaussian_shape,
    neighbour_products,
)

OFFSETS = np.arange(-3, 4)
WINDOW = np.exp(-np.add.outer(OFFSETS**2, OFFSETS**2) / (2 * (7 / 6) ** 2))
WINDOW /= WINDOW.sum()


def asymmetric_samples(shape, left, right, count=400_000):
    """Samples of the density exp(-(-x/left)^shape) below 0 and exp(-(x/right)^shape) above."""
    generator = np.random.default_rng(7)
    size = generator.gamma(1 / shape, size=count) ** (1 / shape)
    below = generator.random(count) < left / (left + right)
    return np.where(below, -left * size, right * size).reshape(1, 400, -1)


@pytest.mark.parametrize(("border", "mode"), [(cv2.BORDER_CONSTANT, "constant"), (cv2.BORDER_REPLICATE, "edge")])
def test_contrast_normalised_equals_plain_loops(visible, border, mode):
    image = visible[:15, :20]
    padded = np.pad(image, 3, mode=mode)
    expected = np.empty_like(image)
    for row, column in np.ndindex(image.shape):
        patch = padded[row : row + 7, column : column + 7]
        mean = np.sum(WINDOW * patch)
        deviation = np.sqrt(np.sum(WINDOW * (patch - mean) ** 2))
        expected[row, column] = (image[row, column] - mean) / (deviation + 1)
    np.testing.assert_allclose(contrast_normalised(image, border), expected, rtol=0, atol=1e-9)


def test_flat_neighbourhoods_are_exactly_0():
    image = np.full((30, 30), 201.0)
    image[:, 20:] = 17
    coefficients = contrast_normalised(image, cv2.BORDER_REPLICATE)
    assert (coefficients[:, :17] == 0).all()
    assert (coefficients[:, 17:23] != 0).all()
    assert (coefficients[:, 23:] == 0).all()


def test_blocks_go_row_by_row():
    tiles = blocks(np.arange(24.0).reshape(4, 6), 2)
    assert tiles.shape == (6, 2, 2)
    assert tiles[1].tolist() == [[2, 3], [8, 9]]
    assert tiles[3].tolist() == [[12, 13], [18, 19]]


def test_neighbours_wrap_around_each_patch():
    across, down, diagonal, other_diagonal = neighbour_products(np.array([[[1.0, 2], [3, 5]], [[7, 0], [0, 0]]]))
    assert across[0].tolist() == [[2, 2], [15, 15]]
    assert down[0].tolist() == [[3, 10], [3, 10]]
    assert diagonal[0].tolist() == other_diagonal[0].tolist() == [[5, 6], [6, 5]]
    assert not across[1].any()


def test_the_diagonals_differ():
    patch = np.arange(1.0, 10).reshape(1, 3, 3)
    *_, diagonal, other = neighbour_products(patch)
    assert diagonal[0, 1, 1] == 5 * 1
    assert other[0, 1, 1] == 5 * 7


@pytest.mark.parametrize(("shape", "left", "right"), [(0.6, 0.3, 0.5), (1.0, 1.0, 1.0), (2.0, 1.5, 0.4), (4.0, 1, 2)])
def test_an_asymmetric_gaussian_is_recovered_from_its_samples(shape, left, right):
    samples = asymmetric_samples(shape, left, right)
    fit = fit_asymmetric_gaussian(samples)
    assert fit.shape[0] == pytest.approx(shape, rel=0.02)
    assert fit.left_scale[0] == pytest.approx(left, rel=0.03)
    assert fit.right_scale[0] == pytest.approx(right, rel=0.03)
    assert fit.left_variance[0] == pytest.approx(np.mean(samples[samples < 0] ** 2))
    assert fit.mean[0] == pytest.approx(samples.mean(), abs=0.02)


def test_patches_are_fitted_each_for_itself():
    patches = np.concatenate([asymmetric_samples(0.8, 1, 2), asymmetric_samples(3, 2, 1), np.zeros((1, 400, 1000))])
    together = fit_asymmetric_gaussian(patches)
    for index in range(2):
        alone = fit_asymmetric_gaussian(patches[index : index + 1])
        assert [field[index] for field in together] == pytest.approx([field[0] for field in alone])
    assert np.isnan([field[2] for field in together]).all()


@pytest.mark.filterwarnings("error")
def test_no_shape_without_samples_on_both_sides():
    fit = fit_asymmetric_gaussian(np.ones((1, 5, 5)))
    assert np.isnan(fit.shape[0])
    assert np.isnan(fit.mean[0])
    assert fit.right_variance[0] == 1


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0, 5.0])
def test_the_shape_of_a_generalised_gaussian_is_recovered(shape):
    assert gaussian_shape(asymmetric_samples(shape, 1, 1)) == pytest.approx(shape, rel=0.02)


def test_shapes_end_at_their_bounds():
    signs = np.where(np.arange(100) % 2, 1.0, -1.0)
    assert gaussian_shape(signs) == pytest.approx(10)
    assert fit_asymmetric_gaussian(signs.reshape(1, 10, 10)).shape[0] == pytest.approx(10)
    spikes = np.where(np.arange(10_000) == 5, 100.0, 1e-6)
    assert gaussian_shape(spikes) == pytest.approx(0.2)
    assert np.isnan(gaussian_shape(np.zeros(10)))
