import keras
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from cscfuse_keras.losses import ReconstructionLoss, ssim_dissimilarity, ssim_map
from cscfuse_keras.losses.ssim import gaussian_mean, gaussian_taps

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def vectors(golden):
    return golden("12_ssim_loss")


@pytest.fixture(scope="module")
def images(vectors):
    return [keras.ops.convert_to_tensor(vectors[f"in.{name}"]) for name in ("target", "recon")]


def test_golden_map(vectors, images, numpy_of):
    assert vectors["out.ssim_map"].min() < 0
    np.testing.assert_allclose(numpy_of(ssim_map(*images)), vectors["out.ssim_map"], atol=5 * 5e-5, rtol=0)


@pytest.mark.parametrize(("form", "name"), [("release", "out.ssim_loss"), ("paper", "out.ssim_loss_newer_kornia")])
def test_golden_dissimilarity(form, name, vectors, images, numpy_of):
    value = numpy_of(ssim_dissimilarity(*images, form=form)).mean()
    assert value == pytest.approx(float(vectors[name]), abs=5 * 8e-7)


def test_golden_total_loss(vectors, images, numpy_of):
    total = numpy_of(ReconstructionLoss(form="release")(*images))
    assert total == pytest.approx(float(vectors["out.total_loss"]), abs=5 * 6 * 8e-7)


def test_golden_gradient(vectors, images, gradient):
    actual = gradient(lambda x: keras.ops.mean(ssim_dissimilarity(images[0], x, form="release")), vectors["in.recon"])
    expected = vectors["out.grad_wrt_recon"]
    np.testing.assert_allclose(actual, expected, atol=1e-4 * np.abs(expected).max(), rtol=0)


def test_map_equals_scikit_image_inside(images, numpy_of):
    target, reconstruction = (numpy_of(image)[0, :, :, 0].astype("float64") for image in images)
    expected = structural_similarity(
        target, reconstruction, data_range=1, gaussian_weights=True, use_sample_covariance=False, full=True
    )[1]
    actual = numpy_of(ssim_map(*images, window=11))[0, :, :, 0]
    np.testing.assert_allclose(actual[5:-5, 5:-5], expected[5:-5, 5:-5], atol=1e-4)


def test_equal_images_are_not_dissimilar(random_images, numpy_of):
    image = random_images(2, 8, 9, 1)
    for form in ("paper", "release"):
        np.testing.assert_allclose(numpy_of(ssim_dissimilarity(image, image, form=form)), 0, atol=1e-6)


def test_order_does_not_matter(images, numpy_of):
    np.testing.assert_allclose(numpy_of(ssim_map(*images)), numpy_of(ssim_map(*reversed(images))), atol=1e-5)


def test_negative_similarity_still_has_a_gradient_in_the_form_of_the_paper_only(gradient, random_images):
    # A fine pattern and its negative: SSIM < 0 everywhere.
    pattern = (np.indices((8, 8)).sum(0) % 2).astype("float32")[None, :, :, None]
    pattern += 0.1 * random_images(1, 8, 8, 1)
    target = keras.ops.convert_to_tensor(pattern)
    slopes = {
        form: gradient(lambda x, form=form: keras.ops.mean(ssim_dissimilarity(target, x, form=form)), 1 - pattern)
        for form in ("paper", "release")
    }
    assert np.abs(slopes["paper"]).max() > 1e-4
    np.testing.assert_array_equal(slopes["release"], 0)


def test_each_image_has_its_own_loss(random_images, numpy_of):
    target, reconstruction = random_images(3, 8, 9, 1), random_images(3, 8, 9, 1, seed=1)
    loss = ReconstructionLoss(reduction=None)
    together = numpy_of(loss(target, reconstruction))
    alone = [numpy_of(loss(target[k : k + 1], reconstruction[k : k + 1]))[0] for k in range(3)]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_loss_is_error_plus_weighted_dissimilarity(random_images, numpy_of):
    target, reconstruction = random_images(1, 8, 9, 1), random_images(1, 8, 9, 1, seed=1)
    loss = ReconstructionLoss(ssim_weight=2.0, window=5)
    expected = np.square(target - reconstruction).mean()
    expected += 2 * numpy_of(ssim_dissimilarity(target, reconstruction, window=5)).mean()
    assert numpy_of(loss(target, reconstruction)) == pytest.approx(expected, rel=1e-5)


def test_config_makes_the_same_loss():
    loss = ReconstructionLoss(ssim_weight=3.0, window=5, form="release", reduction="sum", name="given")
    config = loss.get_config()
    assert ReconstructionLoss.from_config(config).get_config() == config
    given = {"ssim_weight": 3.0, "window": 5, "form": "release", "reduction": "sum", "name": "given"}
    assert config | given == config


def test_unknown_form_is_refused():
    with pytest.raises(ValueError, match="form must be one of paper, release; received 'kornia'"):
        ReconstructionLoss(form="kornia")


def test_taps_are_a_normalized_gaussian():
    taps = gaussian_taps(5, 1.5)
    assert taps.sum() == pytest.approx(1)
    np.testing.assert_allclose(taps[[0, 1]] / taps[2], np.exp([-4 / 4.5, -1 / 4.5]), rtol=1e-6)


@pytest.mark.parametrize("size", [(7, 6), (1, 2)])
def test_mean_is_separable_and_keeps_the_size(size, random_images, numpy_of):
    images = random_images(1, *size, 2)
    taps = gaussian_taps(5, 1.0)
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), "reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    expected = np.einsum("bhwcij,i,j->bhwc", windows, taps, taps)
    np.testing.assert_allclose(numpy_of(gaussian_mean(images, taps)), expected, atol=1e-6)
