import math
from collections import Counter

import numpy as np
import pytest
from skimage.measure import shannon_entropy
from skimage.metrics import normalized_mutual_information

from cscfuse_keras.metrics.entropy import entropy
from cscfuse_keras.metrics.mutual_information import mutual_information, mutual_information_in_nats


def information_by_definition(first, second):
    """sum p(a, b) log2( p(a, b) / (p(a) p(b)) )."""
    first, second = first.ravel().tolist(), second.ravel().tolist()
    total = len(first)
    of_first, of_second, of_pair = Counter(first), Counter(second), Counter(zip(first, second, strict=True))
    return sum(n / total * math.log2(n * total / (of_first[a] * of_second[b])) for (a, b), n in of_pair.items())


def test_hand_computed():
    fused = np.array([[0, 0], [255, 255]])
    same_split = np.array([[9, 9], [3, 3]])
    independent = np.array([[1, 2], [1, 2]])
    # Pairs (0,5), (0,5), (255,5), (255,6): 2/4 log2(4/3) + 1/4 log2(2/3) + 1/4 log2(2).
    partial = np.array([[5, 5], [5, 6]])
    assert mutual_information(fused, (same_split,)) == pytest.approx(1.0)
    assert mutual_information(fused, (independent,)) == pytest.approx(0.0, abs=1e-12)
    assert mutual_information(fused, (partial,)) == pytest.approx(0.311278124459, abs=1e-11)
    assert mutual_information(fused, (same_split, partial)) == pytest.approx(1.311278124459, abs=1e-11)


def test_equals_its_definition(fused, infrared, visible):
    expected = information_by_definition(infrared, fused) + information_by_definition(visible, fused)
    assert mutual_information(fused, (infrared, visible)) == pytest.approx(expected, rel=1e-12)


def test_equals_scikit_image(infrared, visible):
    # Its 256 bins are the 256 levels only where both images reach from 0 to 255.
    assert (infrared.min(), infrared.max(), visible.min(), visible.max()) == (0, 255, 0, 255)
    alone = shannon_entropy(infrared) + shannon_entropy(visible)
    together = alone / normalized_mutual_information(infrared, visible, bins=256)
    assert mutual_information(visible, (infrared,)) == pytest.approx(alone - together, rel=1e-9)


def test_symmetric_in_the_sources_and_blind_to_inversion(fused, infrared, visible):
    value = mutual_information(fused, (infrared, visible))
    assert mutual_information(fused, (visible, infrared)) == pytest.approx(value, rel=1e-12)
    assert mutual_information(255 - fused, (infrared, visible)) == pytest.approx(value, rel=1e-12)


def test_identical_images_share_all_their_entropy(fused):
    assert mutual_information(fused, (fused, fused)) == pytest.approx(2 * entropy(fused), rel=1e-12)


@pytest.mark.parametrize("height", range(3, 23))
def test_independent_images_share_nothing_and_not_less(height):
    rows, columns = np.indices((height, 13))
    assert 0.0 <= mutual_information(rows, (columns,)) < 1e-12


def test_constant_images_share_nothing(fused):
    constant = np.full_like(fused, 80)
    assert mutual_information(constant, (fused, fused)) == pytest.approx(0.0, abs=1e-12)
    assert mutual_information(fused, (constant, constant)) == pytest.approx(0.0, abs=1e-12)
    assert mutual_information(constant, (constant, constant)) == 0.0


def test_nats_are_bits_times_ln_2():
    fused = np.array([[0, 0], [255, 255]])
    assert mutual_information_in_nats(fused, (fused,)) == pytest.approx(math.log(2))
