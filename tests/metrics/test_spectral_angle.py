import numpy as np
import pytest

from cscfuse_keras.metrics.spectral_angle import spectral_angle


def test_plain_loops_by_the_arc_cosine(random_images):
    fused, truth = random_images(6, 5, 4), random_images(6, 5, 4, seed=1)
    angles = [
        np.arccos(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
        for a, b in zip(np.float64(fused).reshape(-1, 4), np.float64(truth).reshape(-1, 4), strict=True)
    ]
    assert spectral_angle(fused, [truth]) == pytest.approx(np.degrees(np.mean(angles)), rel=1e-9)


def test_hand_computed_cases():
    truth = np.tile([0.5, 0.0], (2, 2, 1))
    assert spectral_angle(np.tile([0.3, 0.3], (2, 2, 1)), [truth]) == pytest.approx(45)
    assert spectral_angle(truth[..., ::-1], [truth]) == pytest.approx(90)
    assert spectral_angle(0.3 * truth, [truth]) == 0
    # Angles too small for the arc cosine.
    assert spectral_angle(truth + np.array([0, 1e-9]), [truth]) == pytest.approx(np.degrees(2e-9))


def test_pixels_without_a_spectrum_are_left_out():
    truth = np.tile([0.5, 0.0], (2, 2, 1))
    fused = np.tile([0.3, 0.3], (2, 2, 1))
    fused[0, 0] = truth[1, 1] = 0
    assert spectral_angle(fused, [truth]) == pytest.approx(45)
    assert np.isnan(spectral_angle(np.zeros((2, 2, 2)), [truth]))
