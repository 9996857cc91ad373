import math

import numpy as np
import pytest

from cscfuse_keras.metrics.edge_preservation import edge_preservation

BEST = 0.9994 / (1 + math.exp(-7.5)) * 0.9879 / (1 + math.exp(-4.4))


def edges(image):
    """Strength and orientation of the Sobel response at each pixel, y upwards, zeros beyond the border."""
    height, width = image.shape
    padded = np.pad(image, 1)
    strength, orientation = np.zeros((2, height, width))
    for i in range(height):
        for j in range(width):
            (a, b, c), (d, _, e), (f, g, h) = padded[i : i + 3, j : j + 3]
            x = (c + 2 * e + h) - (a + 2 * d + f)
            y = (a + 2 * b + c) - (f + 2 * g + h)
            strength[i, j] = math.sqrt(x * x + y * y)
            orientation[i, j] = math.pi / 2 if x == 0 else math.atan(y / x)
    return strength, orientation


def by_loops(fused, sources):
    fused_strength, fused_orientation = edges(fused)
    preserved = total = 0.0
    for source in sources:
        strength, orientation = edges(source)
        for i, j in np.ndindex(*fused.shape):
            g, gf = strength[i, j], fused_strength[i, j]
            if g == 0:
                continue
            relative = gf / g if g > gf else g / gf
            turned = 1 - abs(orientation[i, j] - fused_orientation[i, j]) / (math.pi / 2)
            q = 0.9994 / (1 + math.exp(-15 * (relative - 0.5))) * 0.9879 / (1 + math.exp(-22 * (turned - 0.8)))
            preserved += q * g
            total += g
    return preserved / total


def test_equals_plain_loops(fused, infrared, visible):
    assert edge_preservation(fused, (infrared, visible)) == pytest.approx(
        by_loops(fused, (infrared, visible)), rel=1e-10
    )


def test_flat_areas_inside_do_not_disturb(infrared, visible):
    fused, first = infrared.copy(), visible.copy()
    fused[5:15, 5:15] = 100
    first[10:20, 10:20] = 50
    assert edge_preservation(fused, (first, visible)) == pytest.approx(by_loops(fused, (first, visible)), rel=1e-10)


def test_identical_images_reach_the_greatest_value(fused):
    assert edge_preservation(fused, (fused, fused)) == pytest.approx(BEST, rel=1e-12)


def test_scaled_contrast_by_hand(infrared):
    # Every strength is halved and every orientation kept: G = 1/2, A = 1.
    expected = 0.9994 / 2 * 0.9879 / (1 + math.exp(-4.4))
    assert edge_preservation(infrared / 2, (infrared,)) == pytest.approx(expected, rel=1e-12)


def test_strong_edges_weigh_more():
    strong = np.zeros((12, 12))
    strong[4:8, 4:8] = 255
    weak = np.zeros((12, 12))
    weak[1:3, 1:3] = 5
    assert edge_preservation(strong, (strong, weak)) > 0.9 > 0.1 > edge_preservation(weak, (strong, weak))


def test_symmetric_in_the_sources(fused, infrared, visible):
    assert edge_preservation(fused, (visible, infrared)) == pytest.approx(
        edge_preservation(fused, (infrared, visible)), rel=1e-12
    )


@pytest.mark.filterwarnings("error")
def test_constant_images():
    black, grey = np.zeros((9, 9)), np.full((9, 9), 50.0)
    assert edge_preservation(grey, (grey, grey)) == pytest.approx(BEST)
    assert edge_preservation(black, (grey, grey)) < 0.001
    assert math.isnan(edge_preservation(grey, (black, black)))
