import math
from collections import Counter

import numpy as np
import pytest

from cscfuse_keras.metrics.nonlinear_correlation_entropy import nonlinear_correlation_information_entropy

INDEPENDENT = 1 - math.log(3, 256)


def information(first, second):
    """Mutual information in units of log 256, as a plain sum."""
    first, second = first.ravel().tolist(), second.ravel().tolist()
    total = len(first)
    of_first, of_second, of_pair = Counter(first), Counter(second), Counter(zip(first, second, strict=True))
    return sum(n / total * math.log(n * total / (of_first[a] * of_second[b]), 256) for (a, b), n in of_pair.items())


def test_equals_the_roots_of_the_characteristic_polynomial(fused, infrared, visible):
    x, y, z = information(infrared, visible), information(infrared, fused), information(visible, fused)
    # det(R - e) = (1-e)^3 - (1-e)(x^2 + y^2 + z^2) + 2xyz, in d = 1 - e.
    eigenvalues = 1 - np.roots([1, 0, -(x * x + y * y + z * z), 2 * x * y * z]).real
    expected = 1 + sum(e / 3 * math.log(e / 3, 256) for e in eigenvalues)
    value = nonlinear_correlation_information_entropy(fused, (infrared, visible))
    assert value == pytest.approx(expected, rel=1e-9)
    assert value > INDEPENDENT + 0.001
    assert nonlinear_correlation_information_entropy(fused, (visible, infrared)) == pytest.approx(value, rel=1e-12)


def test_bounds():
    levels = np.arange(256).reshape(16, 16)
    assert nonlinear_correlation_information_entropy(levels, (255 - levels, levels)) == pytest.approx(1)
    rows, columns = np.indices((16, 16))
    constant = np.full_like(rows, 3)
    assert nonlinear_correlation_information_entropy(constant, (rows, columns)) == pytest.approx(INDEPENDENT)
