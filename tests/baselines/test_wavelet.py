import sys

import numpy as np
import pytest

from cscfuse_keras.baselines.wavelet import WaveletFuser
from cscfuse_keras.errors import EnvironmentProblem


def test_the_textured_half_is_taken_whole(random_images):
    pytest.importorskip("pywt")
    # Pairs of opposite pixels have no part in the coarse rest of Haar's wavelet, which is averaged.
    texture = np.kron(0.3 * (random_images(32, 48) - 0.5), [[1, -1], [-1, 1]]).astype("float32")
    left, right = texture.copy(), texture.copy()
    left[:, 48:], right[:, :48] = 0, 0
    fused = WaveletFuser("haar", levels=1).fuse(0.5 + left, 0.5 + right)
    away = np.r_[:40, 56:96]
    np.testing.assert_allclose(fused[:, away], 0.5 + texture[:, away], atol=1e-6)


def test_the_majority_decides(random_images):
    pytest.importorskip("pywt")
    texture = np.kron(0.3 * (random_images(32, 32) - 0.5), [[1, -1], [-1, 1]]).astype("float32")
    stray = np.zeros_like(texture)
    stray[30:32, 30:32] = [[0.5, -0.5], [-0.5, 0.5]]
    fused = WaveletFuser("haar", levels=1).fuse(0.5 + 0.5 * texture, 0.5 + stray)
    # The one strong coefficient wins its window, of 5 x 5 coefficients; beyond that nothing changes.
    beyond = np.ones_like(texture, bool)
    beyond[26:36, 26:36] = False
    np.testing.assert_allclose(fused[beyond], 0.5 + 0.5 * texture[beyond], atol=1e-6)
    np.testing.assert_allclose(fused[30:32, 30:32], 0.5 + stray[30:32, 30:32], atol=1e-6)


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pywt", None)
    image = np.zeros((8, 8), "float32")
    with pytest.raises(EnvironmentProblem, match=r"PyWavelets.*cscfuse-keras\[wavelets\]"):
        WaveletFuser().fuse(image, image)
