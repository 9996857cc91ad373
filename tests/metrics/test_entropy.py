import numpy as np
import pytest
from skimage.measure import shannon_entropy

from cscfuse_keras.metrics.entropy import entropy


@pytest.mark.parametrize(
    ("image", "bits"),
    [
        (np.array([[0, 255]]), 1.0),
        (np.array([[1, 2], [3, 4]]), 2.0),
        # Shares 1/2, 1/4, 1/4: 1/2 * 1 + 2 * 1/4 * 2.
        (np.array([[9, 9], [8, 7]]), 1.5),
        (np.arange(256).reshape(16, 16), 8.0),
    ],
)
def test_hand_computed(image, bits):
    assert entropy(image) == pytest.approx(bits, abs=1e-12)


def test_constant_image_has_none():
    assert str(entropy(np.full((7, 5), 100))) == "0.0"


def test_equals_scikit_image(fused):
    assert entropy(fused) == pytest.approx(shannon_entropy(fused), rel=1e-12)


def test_values_between_levels_are_rounded():
    assert entropy(np.array([[9.6, 10.4], [0.0, 0.4]])) == pytest.approx(1.0)


def test_depends_on_the_histogram_alone(fused):
    shuffled = np.random.default_rng(0).permutation(fused.ravel()).reshape(fused.shape)
    assert entropy(shuffled) == entropy(fused) == pytest.approx(entropy(255 - fused), rel=1e-12)
