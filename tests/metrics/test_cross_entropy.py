import math

import numpy as np
import pytest
from scipy.stats import entropy as relative_entropy

from cscfuse_keras.metrics.cross_entropy import cross_entropy, root_cross_entropy


def histogram(image):
    return np.histogram(image, 256, (-0.5, 255.5))[0]


def test_hand_computed():
    fused = np.array([[0, 0], [255, 255]])
    uneven = np.array([[0, 0], [0, 255]])
    # 3/4 log2(3/2) + 1/4 log2(1/2).
    expected = 0.75 * math.log2(1.5) - 0.25
    assert cross_entropy(fused, (uneven,)) == pytest.approx(expected)
    assert cross_entropy(fused, (uneven, fused)) == pytest.approx(expected / 2)
    assert root_cross_entropy(fused, (uneven, fused)) == pytest.approx(expected / math.sqrt(2))


def test_equals_scipy_where_both_have_all_levels():
    random = np.random.default_rng(0)
    fused, first, second = (np.concatenate([np.arange(256), 255 * random.beta(2, k, 5000)])[None] for k in (2, 3, 5))
    fused, first, second = np.rint(fused), np.rint(first), np.rint(second)
    both = [relative_entropy(histogram(source), histogram(fused), base=2) for source in (first, second)]
    assert cross_entropy(fused, (first, second)) == pytest.approx(np.mean(both), rel=1e-9)
    assert root_cross_entropy(fused, (first, second)) == pytest.approx(math.hypot(*both) / math.sqrt(2), rel=1e-9)


def test_levels_that_one_lacks_are_left_out():
    source = np.array([[0] * 3 + [9]])
    assert cross_entropy(np.array([[0, 5, 6, 7]]), (source,)) == pytest.approx(0.75 * math.log2(3))
    assert cross_entropy(np.array([[1, 2, 3, 4]]), (source,)) == 0


def test_least_value():
    # p = q/e wherever both have pixels: 368 of 1000 pixels against all.
    source = np.array([[0] * 368 + [1] * 632])
    assert cross_entropy(np.zeros((1, 1000)), (source,)) == pytest.approx(-math.log2(math.e) / math.e, abs=1e-5)


@pytest.mark.parametrize("function", [cross_entropy, root_cross_entropy])
def test_zero_for_equal_histograms_wherever_the_pixels_are(function, fused):
    assert function(fused, (fused, fused[::-1])) == 0
