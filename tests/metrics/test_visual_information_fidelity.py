import math

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import visual_information_fidelity as reference_fidelity

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.visual_information_fidelity import (
    summed_pixel_visual_information_fidelity,
    visual_information_fidelity,
)


def gaussian(scale):
    size = 2 ** (5 - scale) + 1
    offsets = np.arange(size) - size // 2
    window = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * (size / 5) ** 2))
    return window / window.sum()


def each_window(image, size):
    height, width = image.shape
    for i in range(height - size + 1):
        for j in range(width - size + 1):
            yield image[i : i + size, j : j + size]


def smaller(image, window):
    size = len(window)
    means = [(window * patch).sum() for patch in each_window(image, size)]
    return np.reshape(means, (image.shape[0] - size + 1, -1))[::2, ::2]


def channel(source, fused, window):
    """Gain, variance of the source and variance of the noise in one window."""
    mean1, mean2 = (window * source).sum(), (window * fused).sum()
    s1 = max((window * source * source).sum() - mean1 * mean1, 0)
    s2 = max((window * fused * fused).sum() - mean2 * mean2, 0)
    s12 = (window * source * fused).sum() - mean1 * mean2
    g = s12 / (s1 + 1e-10)
    sv = s2 - g * s12
    if s1 < 1e-10:
        g, sv, s1 = 0, s2, 0
    if s2 < 1e-10:
        g, sv = 0, 0
    if g < 0:
        g, sv = 0, s2
    return g, s1, max(sv, 1e-10)


def viff_by_loops(fused, first, second):
    noise, constant = 0.005 * 255**2, 1e-7
    shares = []
    for scale in (1, 2, 3, 4):
        window = gaussian(scale)
        if scale > 1:
            fused, first, second = (smaller(image, window) for image in (fused, first, second))
        patches = (each_window(image, len(window)) for image in (fused, first, second))
        kept = held = 0.0
        for of_fused, of_first, of_second in zip(*patches, strict=True):
            of_first, of_second = channel(of_first, of_fused, window), channel(of_second, of_fused, window)
            g, s1, sv = of_first if of_first[0] < of_second[0] else of_second
            kept += math.log10(1 + g * g * s1 / (sv + noise)) + constant
            held += math.log10(1 + s1 / noise) + constant
        shares.append(kept / held)
    return (shares[0] + 0.15 * shares[2] + shares[3]) / 2.15


def vifp_by_loops(fused, source):
    kept = held = 0.0
    for scale in (1, 2, 3, 4):
        window = gaussian(scale)
        if scale > 1:
            fused, source = smaller(fused, window), smaller(source, window)
        patches = (each_window(image, len(window)) for image in (fused, source))
        for of_fused, of_source in zip(*patches, strict=True):
            g, s1, sv = channel(of_source, of_fused, window)
            kept += math.log10(1 + g * g * s1 / (sv + 2))
            held += math.log10(1 + s1 / 2)
    return kept / held


def with_flat_and_inverted_areas(fused, infrared, visible):
    fused, infrared, visible = fused.copy(), infrared.copy(), visible.copy()
    fused[:24, :24] = 100
    infrared[:30, 8:32] = 64
    visible[20:, 30:] = 255 - fused[20:, 30:]
    return fused, infrared, visible


def test_equals_plain_loops(fused, infrared, visible):
    for images in ((fused, infrared, visible), with_flat_and_inverted_areas(fused, infrared, visible)):
        assert visual_information_fidelity(images[0], images[1:]) == pytest.approx(viff_by_loops(*images), rel=1e-7)


def test_pixel_form_equals_plain_loops(fused, infrared, visible):
    for images in ((fused, infrared, visible), with_flat_and_inverted_areas(fused, infrared, visible)):
        expected = vifp_by_loops(images[0], images[1]) + vifp_by_loops(images[0], images[2])
        assert summed_pixel_visual_information_fidelity(images[0], images[1:]) == pytest.approx(expected, rel=1e-7)


def test_pixel_form_equals_torchmetrics(fused, infrared, visible):
    for images in ((fused, infrared, visible), with_flat_and_inverted_areas(fused, infrared, visible)):
        of_fused, *of_sources = (torch.from_numpy(image)[None, None] for image in images)
        expected = sum(float(reference_fidelity(of_fused, source)) for source in of_sources)
        assert summed_pixel_visual_information_fidelity(images[0], images[1:]) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("gain", [0.5, 1.5])
def test_scaled_contrast_by_hand(gain):
    # In every window of a checkerboard of 128 +- 40 the variance is 1600, and the fused image is the source
    # times a gain, without noise. Every second pixel is constant: the coarser scales hold no information.
    source = 128 + 40 * (-1.0) ** np.indices((48, 48)).sum(axis=0)
    fused = 128 + gain * (source - 128)

    def finest_share(visual_noise):
        return math.log10(1 + gain**2 * 1600 / visual_noise) / math.log10(1 + 1600 / visual_noise)

    fusion_form = (finest_share(0.005 * 255**2) + 0.15 * 1 + 1) / 2.15
    assert visual_information_fidelity(fused, (source, source)) == pytest.approx(fusion_form, rel=1e-4)
    assert summed_pixel_visual_information_fidelity(fused, (source, source)) == pytest.approx(
        2 * finest_share(2), rel=1e-4
    )


def test_identical_images(fused):
    assert visual_information_fidelity(fused, (fused, fused)) == pytest.approx(1.0, abs=1e-6)
    assert summed_pixel_visual_information_fidelity(fused, (fused, fused)) == pytest.approx(2.0, abs=1e-6)


def test_more_contrast_than_the_sources_exceeds_one(infrared):
    source = 100 + infrared / 4
    fused = 64 + infrared / 2
    assert visual_information_fidelity(fused, (source, source)) > 1.2
    assert summed_pixel_visual_information_fidelity(fused, (source,)) > 1.1


def test_the_source_of_smaller_gain_speaks(infrared, visible):
    # The second source is not in the fused image: nothing of it is kept.
    together = visual_information_fidelity(infrared, (infrared, visible))
    assert together < 0.6 * visual_information_fidelity(infrared, (infrared, infrared))


@pytest.mark.parametrize("level", range(0, 256, 15))
def test_the_second_source_speaks_where_the_fused_image_is_flat(level, infrared, visible):
    flat = np.full_like(infrared, level)
    both = visual_information_fidelity(flat, (infrared, visible))
    assert both == visual_information_fidelity(flat, (visible, visible))


@pytest.mark.filterwarnings("error")
def test_constant_images(fused):
    for level in (0, 100, 255):
        constant = np.full_like(fused, level)
        assert visual_information_fidelity(fused, (constant, constant)) == pytest.approx(1.0, abs=1e-6)
        assert visual_information_fidelity(constant, (constant, constant)) == pytest.approx(1.0, abs=1e-6)
        assert visual_information_fidelity(constant, (fused, fused)) == pytest.approx(0.0, abs=1e-5)
        assert summed_pixel_visual_information_fidelity(constant, (fused,)) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.filterwarnings("error")
def test_pixel_form_of_a_constant_source_has_no_value(fused):
    for level in range(0, 256, 5):
        assert math.isnan(summed_pixel_visual_information_fidelity(fused, (np.full_like(fused, level),)))


@pytest.mark.parametrize("metric", [visual_information_fidelity, summed_pixel_visual_information_fidelity])
def test_smallest_size(metric):
    image = np.random.default_rng(0).integers(0, 256, (41, 41))
    assert math.isfinite(metric(image, (image, image)))
    with pytest.raises(InputError, match="41 x 41 pixels, found 40 x 41"):
        metric(image[:40], (image[:40], image[:40]))


def test_defined_for_two_sources_alone(fused):
    with pytest.raises(InputError, match="expected 2 images, found 1"):
        visual_information_fidelity(fused, (fused,))
