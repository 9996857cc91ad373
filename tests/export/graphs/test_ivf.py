import keras
import numpy as np
import pytest

from cscfuse_keras.export.graphs import graph_for
from cscfuse_keras.models.ivf import IVFConfig, build_fusion
from cscfuse_keras.tasks.ivf import IVFFuser


@pytest.fixture(scope="module")
def fuser_of(tmp_path_factory):
    def make(**settings):
        keras.utils.set_random_seed(0)
        path = tmp_path_factory.mktemp("ivf") / "random.keras"
        build_fusion(IVFConfig(units=2, code_channels=4, decoder_channels=(3,), **settings)).save(path)
        return IVFFuser(path, "keras")

    return make


@pytest.fixture
def pair(random_images):
    def make(*size):
        return {"infrared": random_images(*size, 1), "visible": random_images(*size, 3, seed=1)}

    return make


@pytest.mark.parametrize("rules", [("saliency", "l1_norm"), ("average", "saliency"), ("l1_norm", "sum")])
def test_any_size(rules, fuser_of, pair, litert_of):
    fuser = fuser_of(base_rule=rules[0], detail_rule=rules[1])
    graph = graph_for(fuser.preset)
    fuse = litert_of(graph)
    # Rounding may move a pixel to the next of the saliency rule's levels.
    tolerance = 5e-4 if "saliency" in rules else 1e-5
    for size in ((graph.smallest, graph.smallest), (53, 70)):
        images = pair(*size)
        expected = fuser.fuse(images["infrared"][..., 0], images["visible"])
        np.testing.assert_allclose(fuse(**images), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("seen", ["branch", "image"])
@pytest.mark.parametrize("rescale", [True, False])
def test_one_size(seen, rescale, fuser_of, pair, litert_of):
    fuser, images = fuser_of(base_rule="sum", later_units_see=seen), pair(21, 34)
    expected = fuser.fuse(images["infrared"][..., 0], images["visible"])
    graph = graph_for(fuser.preset, size=(21, 34), rescale=rescale)
    np.testing.assert_allclose(litert_of(graph)(**images), expected, rtol=0, atol=1e-5)


def test_smallest_pair_without_saliency(fuser_of):
    assert graph_for(fuser_of(base_rule="average").preset).smallest == 6


def test_no_code_at_all_is_merged_evenly():
    pytest.importorskip("tensorflow")
    from cscfuse_keras.export.graphs.merge_rules import RULES

    nothing = np.zeros((1, 46, 47, 2), np.float32)
    for rule in RULES.values():
        np.testing.assert_array_equal(rule(nothing, nothing), nothing)
