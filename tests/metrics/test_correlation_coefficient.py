import math

import numpy as np
import pytest

from cscfuse_keras.metrics.correlation_coefficient import correlation_coefficient


def test_hand_computed():
    fused = np.array([[0, 1], [2, 3]])
    # Centred (-3, -1, 1, 3)/2 with itself, its reverse, and (0, 0, 0, 4) - 1 = (-1, -1, -1, 3):
    # (3 + 1 - 1 + 9)/2 / sqrt(5 * 12).
    assert correlation_coefficient(fused, (10 * fused + 5,)) == pytest.approx(1.0)
    assert correlation_coefficient(fused, (3 - fused,)) == pytest.approx(-1.0)
    assert correlation_coefficient(fused, (np.array([[0, 0], [0, 4]]),)) == pytest.approx(6 / math.sqrt(60))
    assert correlation_coefficient(fused, (fused, 3 - fused)) == pytest.approx(0.0, abs=1e-12)


def test_equals_numpy(fused, infrared, visible):
    expected = np.mean([np.corrcoef(fused.ravel(), source.ravel())[0, 1] for source in (infrared, visible)])
    assert correlation_coefficient(fused, (infrared, visible)) == pytest.approx(expected, rel=1e-10)
    assert correlation_coefficient(fused, (visible, infrared)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.filterwarnings("error")
def test_constant_images_have_none(fused):
    constant = np.full_like(fused, 0.1)
    assert math.isnan(correlation_coefficient(constant, (fused, fused)))
    assert math.isnan(correlation_coefficient(fused, (fused, constant)))
