"""What all methods for infrared and visible images have in common."""

import numpy as np
import pytest

from cscfuse_keras.baselines.anisotropic_diffusion import AnisotropicDiffusionFuser
from cscfuse_keras.baselines.average import AverageFuser
from cscfuse_keras.baselines.guided_filter import GuidedFilterFuser
from cscfuse_keras.baselines.laplacian_pyramid import LaplacianPyramidFuser
from cscfuse_keras.baselines.maximum import MaximumFuser
from cscfuse_keras.baselines.saliency import SaliencyFuser
from cscfuse_keras.baselines.wavelet import WaveletFuser
from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.edge_preservation import edge_preservation
from cscfuse_keras.samples import night_road

SELECTING = [
    LaplacianPyramidFuser,
    WaveletFuser,
    GuidedFilterFuser,
    AnisotropicDiffusionFuser,
    SaliencyFuser,
]
ALL = [AverageFuser, MaximumFuser, *SELECTING]


@pytest.fixture(autouse=True)
def _wavelets(request):
    if "fuser" in request.fixturenames and request.getfixturevalue("fuser") is WaveletFuser:
        pytest.importorskip("pywt")


@pytest.fixture(scope="module")
def road():
    infrared, visible = night_road(97, 131)
    return infrared, visible.mean(axis=2)


@pytest.mark.parametrize("fuser", ALL)
def test_images_that_are_equal_come_back(road, fuser):
    for image in (*road, np.full((5, 7), 0.3, "float32"), np.full((1, 1), 0.3, "float32")):
        kept = image.copy()
        fused = fuser().fuse(image, image)
        assert fused.dtype == np.float32
        np.testing.assert_allclose(fused, kept, atol=2e-6)
        np.testing.assert_array_equal(image, kept)


@pytest.mark.parametrize("fuser", SELECTING)
def test_flat_images_are_averaged(fuser):
    dark, bright = (np.full((40, 50), level, "float32") for level in (0.2, 0.8))
    np.testing.assert_allclose(fuser().fuse(dark, bright), 0.5, atol=2e-6)


@pytest.mark.parametrize("fuser", ALL)
def test_the_order_does_not_matter(road, fuser):
    infrared, visible = road
    difference = np.abs(fuser().fuse(infrared, visible) - fuser().fuse(visible, infrared))
    # Coefficients of equal activity, which clipped or flat areas have, are taken from the first.
    assert np.mean(difference < 1e-5) > 0.9
    assert difference.mean() < 2e-3


@pytest.mark.parametrize("fuser", SELECTING)
def test_edges_survive_better_than_in_the_mean(road, fuser):
    sources = [np.rint(255 * image) for image in road]
    quality, of_mean = (edge_preservation(np.rint(255 * each().fuse(*road)), sources) for each in (fuser, AverageFuser))
    assert quality > of_mean


@pytest.mark.parametrize("fuser", ALL)
def test_results_are_clipped(fuser):
    board = np.indices((64, 64)).sum(axis=0) // 4 % 2
    fused = fuser().fuse(board.astype("float32"), 1 - np.tile(board[:1], (64, 1)).astype("float32"))
    assert 0 <= fused.min() < fused.max() <= 1


@pytest.mark.parametrize("fuser", ALL)
@pytest.mark.parametrize("shapes", [((8, 9), (9, 8)), ((8, 9, 3), (8, 9, 3)), ((8, 9), (8, 9, 3))])
def test_what_is_no_grey_pair_is_refused(fuser, shapes):
    with pytest.raises(InputError, match="two grey images of one shape"):
        fuser().fuse(*(np.zeros(shape, "float32") for shape in shapes))


def test_names_differ():
    assert len({fuser.name for fuser in ALL}) == len(ALL)
