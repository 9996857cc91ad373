import math

import numpy as np
import pytest

from cscfuse_keras.metrics.fusion_artifacts import (
    fusion_artifacts,
    petrovic_fusion_artifacts,
    unweighted_fusion_artifacts,
)

FUNCTIONS = [fusion_artifacts, unweighted_fusion_artifacts, petrovic_fusion_artifacts]


def edge(padded, i, j):
    """Strength and orientation at a pixel of an image with a border of one pixel."""
    patch = padded[i : i + 3, j : j + 3]
    across = (patch[:, 2] - patch[:, 0]) @ [1, 2, 1] / 8
    down = (patch[2] - patch[0]) @ [1, 2, 1] / 8
    angle = 0.0 if across == down == 0 else math.pi / 2 if down == 0 else math.atan(across / down)
    return math.hypot(across, down), angle


def loss(source, fused):
    (g, a), (g_fused, a_fused) = source, fused
    strength = 0.0 if g == 0 or g_fused == 0 else min(g / g_fused, g_fused / g)
    turn = abs(a - a_fused)
    orientation = 1 - min(turn, math.pi - turn) / (math.pi / 2)
    of_strength = 0.9999 / (1 + math.exp(-19 * (strength - 0.5)))
    return 1 - math.sqrt(of_strength * 0.9995 / (1 + math.exp(-22 * (orientation - 0.5))))


def by_loops(fused, first, second, even):
    padded = [np.pad(image, 1, "reflect") for image in (fused, first, second)]
    modified = original = total = 0.0
    for i in range(fused.shape[0]):
        for j in range(fused.shape[1]):
            of_fused, *edges = (edge(image, i, j) for image in padded)
            weights = [1.0 if even else g**1.5 if g >= 2 else 0.001 for g, _ in edges]
            total += sum(weights)
            if of_fused[0] > max(g for g, _ in edges):
                losses = [loss(source, of_fused) for source in edges]
                modified += np.dot(weights, losses)
                original += sum(weights) * sum(losses)
    return modified / total, original / total


def test_equals_plain_loops(fused, infrared, visible):
    images = [np.rint(image) for image in (fused + 0.4 * (visible - 128), infrared, visible)]
    images[0] = np.clip(images[0], 0, 255)
    images[1][:20, :25] = 40
    modified, original = by_loops(*images, even=False)
    assert modified > 0.001
    assert fusion_artifacts(images[0], images[1:]) == pytest.approx(modified, rel=1e-9)
    assert petrovic_fusion_artifacts(images[0], images[1:]) == pytest.approx(original, rel=1e-9)
    assert unweighted_fusion_artifacts(images[0], images[1:]) == pytest.approx(by_loops(*images, True)[0], rel=1e-9)


def test_an_edge_that_no_source_has_by_hand():
    # Columns beside the step of 80: strength 80 * 4/8 = 40, on 2 columns of 6; Q = sqrt(q(0) q'(1 or 0)), about 0.009.
    fused = np.repeat([[50, 50, 50, 130, 130, 130]], 5, axis=0)
    flat = np.full_like(fused, 90)
    lost = 1 - math.sqrt(0.9999 / (1 + math.exp(9.5)) * 0.9995 / (1 + math.exp(11)))
    assert fusion_artifacts(fused, (flat, flat)) == pytest.approx(2 / 6 * lost)
    assert unweighted_fusion_artifacts(fused, (flat, flat)) == pytest.approx(2 / 6 * lost)
    assert petrovic_fusion_artifacts(fused, (flat, flat)) == pytest.approx(2 * 2 / 6 * lost)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_artifacts_where_fused_edges_are_not_stronger(function, infrared, visible):
    assert function(infrared, (infrared, visible)) == 0
    assert function(np.full_like(infrared, 7), (infrared, visible)) == 0
    assert function(infrared / 2, (infrared, infrared)) == 0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_noise_is_an_artifact(function, infrared, visible):
    mean = np.rint((infrared + visible) / 2)
    noisy = np.clip(mean + np.random.default_rng(0).normal(0, 25, mean.shape), 0, 255)
    assert function(noisy, (infrared, visible)) > function(mean, (infrared, visible)) + 0.05
    value = function(noisy, (visible, infrared))
    assert value == pytest.approx(function(noisy, (infrared, visible)), rel=1e-12)
