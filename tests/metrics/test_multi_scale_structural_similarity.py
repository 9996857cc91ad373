import numpy as np
import pytest
import torch
from skimage.measure import block_reduce
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.multi_scale_structural_similarity import multi_scale_structural_similarity


def reference(first, second):
    """The finer scales by torchmetrics; the coarsest by scikit-image, as torchmetrics mirrors it beyond its border."""
    batches = [torch.from_numpy(np.asarray(image, np.float64))[None, None] for image in (first, second)]
    finer = multiscale_structural_similarity_index_measure(
        *batches, data_range=255.0, betas=(0.0448, 0.2856, 0.3001, 0.2363, 0.0), normalize="relu"
    )
    coarsest = structural_similarity(
        *(block_reduce(image, (16, 16), np.mean) for image in (first, second)),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )
    return float(finer) * max(coarsest, 0) ** 0.1333


@pytest.fixture
def tall(infrared, visible):
    """Pictures of 176 x 192, whose halves are even down to the coarsest scale but one."""
    images = [np.tile(image, (4, 4))[:176, :192] for image in (0.6 * infrared + 0.4 * visible, infrared, visible)]
    return [np.rint(image * np.linspace(0.4, 1, 192)) for image in images]


def test_equals_torchmetrics(tall):
    fused, infrared, visible = tall
    expected = (reference(fused, infrared) + reference(fused, visible)) / 2
    assert 0.2 < expected < 0.95
    assert multi_scale_structural_similarity(fused, (infrared, visible)) == pytest.approx(expected, rel=1e-6)
    assert multi_scale_structural_similarity(fused, (visible, infrared)) == pytest.approx(expected, rel=1e-6)


def test_identical_images(tall):
    assert multi_scale_structural_similarity(tall[0], (tall[0],)) == pytest.approx(1)


def test_a_scale_of_negative_mean_makes_it_zero(tall):
    assert multi_scale_structural_similarity(255 - tall[1], (tall[1],)) == 0 == reference(255 - tall[1], tall[1])


def test_smallest_size():
    image = np.random.default_rng(0).integers(0, 256, (161, 163))
    assert multi_scale_structural_similarity(image, (image,)) == pytest.approx(1)
    with pytest.raises(InputError, match="161 x 161 pixels, found 160 x 163"):
        multi_scale_structural_similarity(image[1:], (image[1:],))
