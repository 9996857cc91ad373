import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from cscfuse_keras.metrics.peak_signal_to_noise_ratio import peak_signal_to_noise_ratio


def test_golden_vectors(golden):
    vectors = golden("12_ssim_loss")
    # The file's two images of one channel are two bands here.
    fused, truth = (np.moveaxis(vectors[f"in.{name}"][..., 0], 0, -1) for name in ("recon", "target"))
    assert peak_signal_to_noise_ratio(fused, [truth]) == pytest.approx(vectors["out.msf_metric_psnr"], abs=1e-5)


def test_scikit_image_and_a_hand_computed_case(random_images):
    fused, truth = random_images(9, 7, 3), random_images(9, 7, 3, seed=1)
    expected = peak_signal_noise_ratio(np.float64(truth), np.float64(fused), data_range=1)
    assert peak_signal_to_noise_ratio(fused, [truth]) == pytest.approx(expected, rel=1e-9)
    # An error of 0.1 in every pixel is 20 dB; in one band of four only, 6.02 dB more.
    flat, one_band = np.full((4, 4, 4), 0.5), np.full((4, 4, 4), 0.5)
    one_band[..., 2] += 0.1
    assert peak_signal_to_noise_ratio(flat + 0.1, [flat]) == pytest.approx(20)
    assert peak_signal_to_noise_ratio(one_band, [flat]) == pytest.approx(20 + 10 * np.log10(4))
    assert peak_signal_to_noise_ratio(flat, [flat]) == np.inf
