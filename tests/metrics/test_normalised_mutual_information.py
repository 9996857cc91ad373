import numpy as np
import pytest
from skimage.metrics import normalized_mutual_information

from cscfuse_keras.metrics.normalised_mutual_information import normalised_mutual_information


def test_equals_scikit_image(infrared, visible):
    # Its index is (H(A) + H(F)) / H(A, F); its 256 bins are the 256 levels as both images reach from 0 to 255.
    expected = 2 - 2 / normalized_mutual_information(infrared, visible, bins=256)
    assert normalised_mutual_information(visible, (infrared,)) == pytest.approx(expected, rel=1e-9)


def test_hand_computed():
    fused = np.array([[0, 0], [255, 255]])
    # I = 0.311278, H = 0.811278 and 1.
    partial = np.array([[5, 5], [5, 6]])
    expected = 2 * 0.311278124459 / 1.811278124459
    assert normalised_mutual_information(fused, (partial,)) == pytest.approx(expected, abs=1e-11)
    assert normalised_mutual_information(fused, (partial, 255 - fused)) == pytest.approx(1 + expected, abs=1e-11)


def test_independent_images_share_nothing():
    rows, columns = np.indices((7, 13))
    assert 0.0 <= normalised_mutual_information(rows, (columns, columns)) < 1e-12


def test_constant_images_share_nothing(fused):
    constant = np.full_like(fused, 80)
    assert normalised_mutual_information(constant, (constant, fused)) == 0
