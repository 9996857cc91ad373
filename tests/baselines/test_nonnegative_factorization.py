import cv2
import numpy as np
import pytest

from cscfuse_keras.baselines.interpolation import InterpolationFuser
from cscfuse_keras.baselines.nonnegative_factorization import CNMFFuser, pure_spectra
from cscfuse_keras.errors import InputError
from pipelines.wald import Wald

BANDS = np.linspace(0, 1, 12)
SPECTRA = np.stack([np.exp(-((BANDS - centre) ** 2) / 0.08) for centre in (0.1, 0.5, 0.9)]).astype("float32")
RESPONSE = np.stack([np.exp(-((BANDS - centre) ** 2) / 0.02) for centre in (0.2, 0.5, 0.8)], axis=1).astype("float32")
RESPONSE /= RESPONSE.sum(axis=0)


@pytest.fixture(scope="module")
def scene():
    """Truth, a mixture of three materials in patches and shade, and a guide that sees it linearly."""
    noise = np.random.default_rng(0).normal(size=(3, 64, 80)).astype("float32")
    shares = np.stack([cv2.GaussianBlur(each, (0, 0), 2.5) for each in noise], axis=-1)
    shares = np.exp(40 * shares) / np.exp(40 * shares).sum(axis=2, keepdims=True)
    shade = 0.6 + 0.4 * cv2.GaussianBlur(noise[0], (0, 0), 6)[..., np.newaxis]
    truth = shade * (shares @ SPECTRA)
    return truth, truth @ RESPONSE


def error(fused, truth):
    return np.sqrt(np.mean((fused - truth) ** 2))


def test_a_scene_of_few_materials_is_restored(scene):
    truth, guide = scene
    low = Wald(4).degrade_bands(truth)
    fused = CNMFFuser(Wald(4)).fuse(low, guide)
    assert fused.dtype == np.float32
    assert error(fused, truth) < 0.01
    assert error(fused, truth) < 0.1 * error(InterpolationFuser(Wald(4)).fuse(low, guide), truth)


def test_the_guide_s_encoding_does_not_matter(scene):
    truth, guide = scene
    low = Wald(4).degrade_bands(truth)
    expected = CNMFFuser(Wald(4)).fuse(low, guide)
    np.testing.assert_allclose(CNMFFuser(Wald(4)).fuse(low, guide ** np.float32(1 / 2.2)), expected, atol=0.01)


def test_a_guide_of_one_channel_serves(scene, random_images):
    truth = cv2.GaussianBlur(scene[0], (0, 0), 8) * random_images(64, 80, 1, low=0.4)
    low, grey = Wald(4).degrade_bands(truth), (truth @ RESPONSE).mean(axis=2, keepdims=True)
    assert error(CNMFFuser(Wald(4)).fuse(low, grey), truth) < 0.5 * error(
        InterpolationFuser(Wald(4)).fuse(low, grey), truth
    )


def test_nothing_comes_of_black(scene):
    fused = CNMFFuser(Wald(4)).fuse(np.zeros((8, 8, 5), "float32"), np.zeros((32, 32, 3), "float32"))
    np.testing.assert_allclose(fused, 0, atol=1e-3)


def test_pure_spectra_are_found():
    shares = np.random.default_rng(0).dirichlet([1, 1, 1], 200).astype("float32")
    shares[[17, 80, 133]] = np.eye(3)
    found = pure_spectra(shares @ SPECTRA, 10)
    assert len(found) == 3
    order = np.argsort(found.argmax(axis=1))
    np.testing.assert_allclose(found[order], SPECTRA, atol=1e-6)
    assert len(pure_spectra(shares @ SPECTRA, 2)) == 2


def test_another_size_is_refused():
    with pytest.raises(InputError, match="crop both"):
        CNMFFuser(Wald(4)).fuse(np.zeros((8, 8, 5), "float32"), np.zeros((32, 31, 3), "float32"))
