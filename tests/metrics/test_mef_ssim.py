import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import metrics_for
from cscfuse_keras.metrics.mef_ssim import mef_ssim, single_scale_mef_ssim

CONSTANT = (0.03 * 255) ** 2
WINDOW = cv2.getGaussianKernel(11, 1.5) @ cv2.getGaussianKernel(11, 1.5).T


def reference_patch(patches):
    """The patch that the fused one should resemble, from the definition."""
    centred = [patch - patch.mean() for patch in patches]
    norms = [np.linalg.norm(patch) for patch in centred]
    strengths = [norm + 0.001 for norm in norms]
    consistency = np.linalg.norm(sum(centred)) / sum(norms) if sum(norms) > 0 else 1.0
    exponent = min(np.tan(np.pi / 2 * min(consistency, 1 - 1e-15)), 10)
    weights = [(strength / 11) ** exponent + 2.2e-16 for strength in strengths]
    structure = sum(w * patch / s for w, patch, s in zip(weights, centred, strengths, strict=True))
    norm = np.linalg.norm(structure)
    return structure / norm * max(strengths) if norm > 0 else structure


def plain_single_scale(fused, sources):
    scores = []
    for row in range(fused.shape[0] - 10):
        for column in range(fused.shape[1] - 10):
            patch, *patches = (image[row : row + 11, column : column + 11] for image in (fused, *sources))
            reference = reference_patch(patches)
            means = [np.sum(WINDOW * image) for image in (reference, patch)]
            first, second = reference - means[0], patch - means[1]
            covariance, *variances = (
                np.sum(WINDOW * product) for product in (first * second, first * first, second * second)
            )
            scores.append((2 * covariance + CONSTANT) / (sum(variances) + CONSTANT))
    return np.mean(scores)


@pytest.fixture
def exposures(visible):
    """Three exposures of a scene, one of them with a saturated corner."""
    return [np.rint(np.clip(gain * visible, 0, 255)) for gain in (0.3, 1.0, 2.5)]


@pytest.fixture
def merged(exposures):
    return np.rint(np.mean(exposures, axis=0))


def crop(images):
    return [image[:22, :25] for image in images]


def test_single_scale_equals_plain_loops(exposures, merged, infrared):
    for sources in (exposures, [*exposures[:2], infrared], [*exposures[:1], np.full_like(merged, 255)]):
        fused, *sources = crop([merged, *sources])
        assert single_scale_mef_ssim(fused, sources) == pytest.approx(plain_single_scale(fused, sources), abs=1e-9)


def test_the_score_of_a_tall_image_is_the_mean_of_those_of_its_parts(visible):
    tall = np.tile(visible, (4, 1)) * np.linspace(0.5, 1, 180)[:, np.newaxis]
    exposures = [np.clip(gain * tall, 0, 255) for gain in (0.4, 1.5)]
    images = [tall, *exposures]
    rows, first = 170, 97
    parts = [[image[: first + 10] for image in images], [image[first:] for image in images]]
    scores = [single_scale_mef_ssim(fused, sources) for fused, *sources in parts]
    mean = (first * scores[0] + (rows - first) * scores[1]) / rows
    assert single_scale_mef_ssim(tall, exposures) == pytest.approx(mean, rel=1e-9)


def test_three_scales_are_the_weighted_product(exposures, merged):
    assert mef_ssim(merged, exposures) == pytest.approx(three_scales(merged, exposures), rel=1e-9)
    even = [image[:44, :52] for image in (merged, *exposures)]
    assert mef_ssim(even[0], even[1:]) == pytest.approx(three_scales(even[0], even[1:]), rel=1e-9)


def three_scales(fused, sources):
    images, product = [fused, *sources], 1.0
    for weight in (0.0448, 0.2856, 0.3001):
        product *= single_scale_mef_ssim(images[0], images[1:]) ** (weight / 0.6305)
        images = [halved(image) for image in images]
    return product


def halved(image):
    """Means of 2 x 2 pixels, borders repeated, by the textbook: filter first, then every second pixel."""
    padded = np.pad(image, ((0, 1), (0, 1)), "symmetric")
    return ((padded[1:, 1:] + padded[1:, :-1] + padded[:-1, 1:] + padded[:-1, :-1]) / 4)[::2, ::2]


def test_one_for_identical_images(visible):
    assert mef_ssim(visible, (visible, visible)) == pytest.approx(1, abs=1e-4)
    assert single_scale_mef_ssim(visible, (visible,)) == pytest.approx(1, abs=1e-4)


def test_luminance_is_not_judged_but_structure_is(visible):
    source = np.clip(visible, 60, 190)
    assert single_scale_mef_ssim(source + 50, (source,)) == pytest.approx(1, abs=1e-4)
    assert single_scale_mef_ssim(255 - source, (source,)) < -0.5
    assert mef_ssim(255 - source, (source,)) == 0


def test_flat_images_by_hand():
    # No structure on either side leaves C / C; a fused image with variance v leaves C / (v + C).
    flat = np.full((44, 44), 90.0)
    assert mef_ssim(flat, (flat, flat + 100)) == pytest.approx(1)
    stripes = flat + 20 * (np.arange(44) % 2)
    window = cv2.getGaussianKernel(11, 1.5)[:, 0]
    share = window[::2].sum()
    variance = 400 * share * (1 - share)
    assert single_scale_mef_ssim(stripes, (flat, flat)) == pytest.approx(CONSTANT / (variance + CONSTANT))


def test_order_of_exposures_does_not_matter(exposures, merged):
    assert mef_ssim(merged, exposures[::-1]) == pytest.approx(mef_ssim(merged, exposures), rel=1e-12)


def test_the_scene_is_better_than_exposures_that_each_lose_a_part(visible):
    scene = np.tile(visible, (3, 4))
    dark, bright = scene.copy(), scene.copy()
    dark[:, :104], bright[:, 104:] = 0, 255
    scores = [mef_ssim(image, (dark, bright)) for image in (scene, dark, bright)]
    assert scores[0] > max(scores[1:]) + 0.1


@pytest.mark.parametrize(("function", "size"), [(mef_ssim, 44), (single_scale_mef_ssim, 11)])
def test_smaller_than_its_windows(function, size):
    image = np.zeros((size - 1, 60))
    with pytest.raises(InputError, match=f"{size} x {size} pixels, found {size - 1} x 60"):
        function(image, (image, image))


def test_is_registered_for_multi_exposure():
    rows = {row.name: row.function for row in metrics_for("mef", "textbook")}
    assert rows["MEF-SSIM"] is mef_ssim
    assert rows["MEF-SSIM-single"] is single_scale_mef_ssim
