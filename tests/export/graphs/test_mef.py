import keras
import numpy as np
import pytest

from cscfuse_keras.export.graphs import graph_for
from cscfuse_keras.models.mef import MEFConfig, build_fusion
from cscfuse_keras.tasks.mef import MEFFuser


@pytest.fixture(scope="module")
def fuser_of(tmp_path_factory):
    def make(levels):
        keras.utils.set_random_seed(0)
        gain = 1.0 if levels == 1 else 1.2
        fusion = build_fusion(MEFConfig(units=2, code_channels=4, levels=levels, detail_gain=gain))
        path = tmp_path_factory.mktemp("mef") / "random.keras"
        fusion.save(path)
        return MEFFuser(path, "keras")

    return make


@pytest.mark.parametrize("levels", [1, 3])
def test_any_number_and_size(levels, fuser_of, litert_of, random_images):
    fuser = fuser_of(levels)
    graph = graph_for(fuser.preset)
    fuse = litert_of(graph)
    for shape in ((2, graph.smallest, 7), (3, 22, 33)):
        exposures = random_images(*shape, 3)
        np.testing.assert_allclose(fuse(exposures=exposures), fuser.fuse(exposures), rtol=0, atol=1e-5)


@pytest.mark.parametrize("levels", [1, 3])
@pytest.mark.parametrize("rescale", [True, False])
def test_one_number_and_size(levels, rescale, fuser_of, litert_of, random_images):
    fuser, exposures = fuser_of(levels), random_images(2, 17, 30, 3)
    graph = graph_for(fuser.preset, size=(17, 30), exposures=2, rescale=rescale)
    np.testing.assert_allclose(litert_of(graph)(exposures=exposures), fuser.fuse(exposures), rtol=0, atol=1e-5)


def test_grey_exposures_stay_grey(fuser_of, litert_of, random_images):
    exposures = np.repeat(random_images(2, 12, 15, 1), 3, axis=-1)
    fused = litert_of(graph_for(fuser_of(1).preset))(exposures=exposures)
    np.testing.assert_allclose(fused, fused[..., :1].repeat(3, axis=-1), rtol=0, atol=1e-5)
