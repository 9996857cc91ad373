import numpy as np
import pytest

from cscfuse_keras.baselines.brovey import BroveyFuser
from cscfuse_keras.baselines.interpolation import enlarged
from cscfuse_keras.errors import InputError
from pipelines.wald import Wald, find_sensor


@pytest.fixture
def image(random_images):
    return random_images(12, 16, 4, low=0.2, high=0.5)


def test_proportions_of_bands_stay(image, random_images):
    fused = BroveyFuser(Wald(2)).fuse(image, random_images(24, 32, 1, low=0.4, high=0.6))
    bands = enlarged(image, Wald(2))
    assert 0 < fused.min() < fused.max() < 1
    np.testing.assert_allclose(
        fused / fused.mean(axis=2, keepdims=True), bands / bands.mean(axis=2, keepdims=True), rtol=1e-4
    )


def test_the_mean_of_bands_is_the_matched_guide(random_images):
    truth = random_images(24, 32, 1, low=0.2, high=0.5) * np.array([0.5, 1, 1.5], "float32")
    low = Wald(2).degrade_bands(truth)
    # Of another gain and offset, it is brought back to the bands' mean; and bands in proportion are then restored.
    guide = 0.1 + 0.6 * truth.mean(axis=2, keepdims=True)
    np.testing.assert_allclose(BroveyFuser(Wald(2)).fuse(low, guide), truth, atol=1e-5)


def test_a_guide_without_detail_evens_the_mean(image):
    fused = BroveyFuser(Wald(2)).fuse(image, np.full((24, 32, 1), 0.3, "float32"))
    np.testing.assert_allclose(fused.mean(axis=2), image.mean(), rtol=1e-3)


def test_black_stays_black(random_images):
    fused = BroveyFuser(Wald(2)).fuse(np.zeros((8, 8, 3), "float32"), random_images(16, 16, 1))
    np.testing.assert_array_equal(fused, 0)


def test_channels_of_a_guide_count_by_their_mean(image, random_images):
    guide = random_images(24, 32, 3, low=0.4, high=0.6)
    expected = BroveyFuser(Wald(2)).fuse(image, guide.mean(axis=2, keepdims=True))
    np.testing.assert_array_equal(BroveyFuser(Wald(2)).fuse(image, guide), expected)


def test_what_does_not_fit_is_refused(image):
    with pytest.raises(InputError, match="crop both"):
        BroveyFuser(Wald(2)).fuse(image, np.zeros((24, 31, 1), "float32"))
    with pytest.raises(InputError, match="expected 8 bands, as the sensor has, found 4"):
        BroveyFuser(Wald(2, "mtf", find_sensor("worldview-2"))).fuse(image, np.zeros((24, 32, 1), "float32"))
