import tracemalloc

import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.losses import mef_ssim
from cscfuse_keras.metrics import metrics_for
from cscfuse_keras.metrics.training_mef_ssim import training_mef_ssim


@pytest.fixture
def exposures(picture):
    """Three exposures of a scene, one of them saturated in large parts."""
    return [np.clip(gain * picture.astype(float), 0, 255).astype(np.uint8) for gain in (0.3, 1.0, 2.5)]


def test_golden_value(golden):
    vectors = golden("09_mef_ssim")
    fused, *sources = (255 * image.astype(np.float64) for image in (*vectors["in.fused"], *vectors["in.sources"]))
    assert training_mef_ssim(fused, sources) == pytest.approx(float(vectors["out.mef_msssim_is_lum"]), abs=2.5e-7)


def test_is_the_training_loss_in_double_precision(picture, exposures, numpy_of):
    for fused, sources in ((picture, exposures), (255 - picture, exposures[:1]), (exposures[1], exposures[::2])):
        unit = [np.float32(image) / 255 for image in (fused, *sources)]
        loss = numpy_of(mef_ssim(unit[0][np.newaxis], np.stack(unit[1:])[np.newaxis]))[0]
        assert training_mef_ssim(fused, sources) == pytest.approx(loss, abs=5e-5)


def test_a_single_pixel_by_hand():
    # With black beyond the border, the window's centre has weight a and every moment is that of one pixel.
    a = float(cv2.getGaussianKernel(11, 11 / 6)[5, 0]) ** 2
    fused, dark, bright = (np.full((1, 1, 3), level, np.uint8) for level in (102, 51, 204))
    f, d, b = 0.4, 0.2, 0.8
    mean = {level: a * level for level in (f, d, b)}
    weights = {level: np.exp(-((mean[level] - 0.5) ** 2) / 0.08) ** 2 for level in (d, b)}
    reference = (weights[d] * mean[d] + weights[b] * mean[b]) / (weights[d] + weights[b])
    luminance = (2 * mean[f] * reference + 1e-4) / (mean[f] ** 2 + reference**2 + 1e-4)
    spread = a - a**2
    contrast_structure = (2 * spread * f * b + 9e-4) / (spread * f**2 + spread * b**2 + 9e-4)
    assert training_mef_ssim(fused, [dark, bright]) == pytest.approx(luminance * contrast_structure, rel=1e-12)


def test_one_for_the_common_picture_of_all_exposures(picture):
    assert training_mef_ssim(picture, [picture] * 3) == pytest.approx(1, abs=1e-12)


def test_order_of_exposures_does_not_matter(picture, exposures):
    assert training_mef_ssim(picture, exposures[::-1]) == pytest.approx(training_mef_ssim(picture, exposures), rel=1e-9)


def test_grey_is_colour_of_equal_channels(picture):
    grey = picture[..., 0]
    colour = np.stack([grey] * 3, axis=-1)
    expected = training_mef_ssim(colour, [colour // 2, picture])
    assert training_mef_ssim(grey, [grey // 2, picture]) == pytest.approx(expected, rel=1e-12)


def test_luminance_and_colour_are_judged(picture):
    source = np.clip(picture, 60, 190)
    assert training_mef_ssim(source + 50, [source]) < 0.95
    assert training_mef_ssim(source[..., ::-1], [source]) < 0.9


def test_exposures_take_no_memory(picture):
    def peak(count):
        sources = [picture] * count
        tracemalloc.start()
        training_mef_ssim(picture, sources)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(24) < 1.1 * peak(3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda fused, sources: (fused[..., :2], sources), r"fused image: .* found \(200, 215, 2\)"),
        (lambda fused, sources: (fused, [sources[0], sources[1][1:]]), r"source 2: .* found \(199, 215\)"),
        (lambda fused, sources: (fused * 2.0, sources), r"fused image: expected pixels in 0\.\.255"),
        (lambda fused, sources: (fused, []), "sources: expected at least 1"),
    ],
)
def test_what_are_no_pictures_of_one_size(picture, exposures, change, message):
    with pytest.raises(InputError, match=message):
        training_mef_ssim(*change(picture, exposures))


def test_is_registered_apart_from_the_published_measure():
    [row] = metrics_for("mef", "training")
    assert row.function is training_mef_ssim
    assert row.sees == "colour"
