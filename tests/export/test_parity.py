import math

import numpy as np
import pytest

from cscfuse_keras.errors import ModelError
from cscfuse_keras.export.parity import Scene, Threshold, check, difference_of, threshold_for


@pytest.fixture
def scene():
    return Scene({"image": np.zeros((1, 2, 3, 1), np.float32)}, np.zeros((2, 3, 1), np.float32))


def test_differences_by_hand(scene):
    found = np.array([[0, 0, 0], [0.1, -0.2, 0]], np.float32)
    difference = difference_of(lambda images: found[None, ..., None], scene)
    assert (difference.height, difference.width) == (2, 3)
    assert difference.largest == pytest.approx(0.2)
    assert difference.mean == pytest.approx(0.3 / 6)
    assert difference.psnr == pytest.approx(-10 * math.log10(0.05 / 6))


def test_equal_images_have_infinite_psnr(scene):
    assert difference_of(lambda images: images["image"], scene).psnr == math.inf


@pytest.mark.parametrize(
    ("threshold", "error", "passes"),
    [
        (Threshold(largest=1e-4), 0.9e-4, True),
        (Threshold(largest=1e-4), 1.1e-4, False),
        (Threshold(largest=1e-4), math.nan, False),
        (Threshold(psnr=40), 0.0099, True),
        (Threshold(psnr=40), 0.0101, False),
        (Threshold(psnr=40), math.nan, False),
    ],
)
def test_check(scene, threshold, error, passes):
    def run(images):
        return images["image"] + np.float32(error)

    if passes:
        assert len(check("name.tflite", run, [scene, scene], threshold)) == 2
    else:
        with pytest.raises(ModelError, match=r"name\.tflite.*3 x 2"):
            check("name.tflite", run, [scene], threshold)


def test_thresholds():
    assert threshold_for("mef", "none") == Threshold(largest=1e-4)
    assert threshold_for("ivf", "none") == Threshold(largest=5e-4)
    assert threshold_for("ivf", "int8") == Threshold(psnr=38)
