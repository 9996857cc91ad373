import math

import numpy as np
import pytest
from scipy.fft import dctn

from cscfuse_keras.metrics.feature_mutual_information import (
    cosine_feature_mutual_information,
    pixel_feature_mutual_information,
)


def distribution(window):
    above = window.T.ravel() - window.min()
    return above / above.sum() if above.any() else np.full(9, 1 / 9)


def surprise(x):
    return -x * math.log2(abs(x)) if x else 0.0


def shared(first, second):
    """2 I / (H + H) of two windows, with each of the 81 joint probabilities."""
    if (first == second).all():
        return 1.0
    p, q = distribution(first), distribution(second)
    p_sums, q_sums = np.concatenate([[0], np.cumsum(p)]), np.concatenate([[0], np.cumsum(q)])
    even = np.ptp(p) == 0 or np.ptp(q) == 0
    correlation = 0.0 if even else np.corrcoef(p, q)[0, 1]
    upper = [[min(a, b) for b in q_sums] for a in p_sums]
    lower = [[max(a + b - 1, 0) for b in q_sums] for a in p_sums]
    bound = np.array(upper if correlation > 0 else lower)
    covariance = np.sum(bound[1:, 1:] - np.outer(p_sums, q_sums)[1:, 1:])
    places = np.arange(9)
    deviations = [math.sqrt(max(r @ places**2 - (r @ places) ** 2, 0)) for r in (p, q)]
    share = correlation * math.prod(deviations) / covariance if abs(covariance) > 1e-12 else 0.0
    joint = share * np.diff(np.diff(bound, axis=0), axis=1) + (1 - share) * np.outer(p, q)
    entropies = sum(map(surprise, p)) + sum(map(surprise, q))
    return 2 * (entropies - sum(map(surprise, joint.ravel()))) / entropies if entropies else 0.0


def by_loops(fused, *sources):
    height, width = fused.shape
    values = [
        shared(source[i : i + 3, j : j + 3], fused[i : i + 3, j : j + 3])
        for source in sources
        for i in range(height - 2)
        for j in range(width - 2)
    ]
    return np.mean(values)


@pytest.fixture
def small(fused, infrared, visible):
    """Pictures of 14 x 17 with windows of every kind: alike, flat, one bright pixel, inverted."""
    fused, infrared, visible = (image[20:34, 20:37].copy() for image in (fused, infrared, visible))
    infrared[:5, :5] = fused[:5, :5]
    visible[:6, :6] = 80
    fused[8:, :4] = 90
    infrared[8:, 5:10] = 10
    infrared[10, 7] = 200
    visible[7:, 11:] = 255 - fused[7:, 11:]
    return fused, infrared, visible


def test_pixels_equal_plain_loops(small):
    value = pixel_feature_mutual_information(small[0], small[1:])
    assert value == pytest.approx(by_loops(*small), rel=1e-9)
    assert pixel_feature_mutual_information(small[0], small[:0:-1]) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("shape", [(14, 17), (13, 16)])
def test_cosine_transforms_equal_plain_loops(shape, small):
    images = [image[: shape[0], : shape[1]] for image in small]
    features = [dctn(image, norm="ortho") for image in images]
    assert cosine_feature_mutual_information(images[0], images[1:]) == pytest.approx(by_loops(*features), rel=1e-6)


def test_wide_images_are_taken_in_bands(small):
    wide = [np.tile(image, (3, 120)) for image in small]
    parts = [[image[:20] for image in wide], [image[18:] for image in wide]]
    values = [pixel_feature_mutual_information(part[0], part[1:]) for part in parts]
    mean = (18 * values[0] + 22 * values[1]) / 40
    assert pixel_feature_mutual_information(wide[0], wide[1:]) == pytest.approx(mean, rel=1e-9)


def test_two_bright_pixels_by_hand():
    # Two positions of 1/2 each, one in common: c = 5/14. The last position of p is beyond q's, and the bound couples
    # first with first, last with last.
    source = np.array([[9, 0, 0], [0, 0, 0], [0, 0, 9]]).T
    fused = np.array([[9, 9, 0], [0, 0, 0], [0, 0, 0]]).T
    # Deviations 4 and 1/2; covariance under the bound 4 * 1/2: the share is c itself, joint (1 + c)/4 and (1 - c)/4.
    c = 5 / 14
    joint = 2 * surprise((1 + c) / 4) + 2 * surprise((1 - c) / 4)
    assert pixel_feature_mutual_information(fused, (source,)) == pytest.approx(2 - joint)


def test_identical_images_and_images_without_anything_in_common(fused):
    constant = np.full_like(fused, 80)
    for function in (
        pixel_feature_mutual_information,
        cosine_feature_mutual_information,
    ):
        assert function(fused, (fused, fused)) == pytest.approx(1, abs=1e-12)
        assert function(constant, (constant,)) == 1
    assert pixel_feature_mutual_information(constant, (constant + 1,)) == pytest.approx(0, abs=1e-12)
    # Of a constant image the transform is flat but for its corner, whose window has one position alone.
    assert cosine_feature_mutual_information(constant, (fused,)) == pytest.approx(0, abs=1e-12)


def test_offset_and_scale_of_levels_do_not_count(fused, infrared):
    value = pixel_feature_mutual_information(fused, (infrared,))
    assert pixel_feature_mutual_information(fused / 2 + 30, (infrared,)) == pytest.approx(value, rel=1e-9)
