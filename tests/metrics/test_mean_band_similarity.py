import numpy as np
import pytest

from cscfuse_keras.metrics.mean_band_similarity import mean_band_similarity


def test_golden_vectors(golden):
    vectors = golden("12_ssim_loss")
    fused, truth = (np.moveaxis(vectors[f"in.{name}"][..., 0], 0, -1) for name in ("recon", "target"))
    # The golden value was computed with a window rounded to float32, whose sum is not 1; that alone makes 1.1e-6.
    assert mean_band_similarity(fused, [truth]) == pytest.approx(float(vectors["out.msf_metric_ssim_win5"]), abs=2e-6)


def test_hand_computed_cases(random_images):
    image = np.float64(random_images(12, 10, 3))
    assert mean_band_similarity(image, [image]) == pytest.approx(1)
    # Of flat bands, only the luminance term is left; the mean is over the bands.
    flat = np.full((8, 8, 2), 0.2)
    other = flat.copy()
    other[..., 1] = 0.6
    luminance = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert mean_band_similarity(other, [flat]) == pytest.approx((1 + luminance) / 2)
    # Negative similarity counts as none.
    board = 0.5 + 0.5 * (-1.0) ** np.indices((16, 16)).sum(axis=0)[..., np.newaxis]
    assert mean_band_similarity(1 - board, [board]) == 0
