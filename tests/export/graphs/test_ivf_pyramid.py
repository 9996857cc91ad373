import keras
import numpy as np
import pytest

from cscfuse_keras.export.graphs import graph_for
from cscfuse_keras.models.ivf_pyramid import IVFPyramidConfig, build_fusion
from cscfuse_keras.tasks.ivf import IVFFuser


@pytest.fixture(scope="module")
def fuser(tmp_path_factory):
    """Three levels, so that 5 pixels are enough; all maps at work."""
    keras.utils.set_random_seed(0)
    fusion = build_fusion(IVFPyramidConfig(levels=3, units=2, code_channels=6, context_channels=3, contrast=1.3))
    random = np.random.default_rng(0)
    weigher = fusion.get_layer("weigher")
    for layer in weigher.layers:
        if layer.name.startswith("code_to"):
            layer.set_weights([random.normal(0, 0.5, weight.shape) for weight in layer.get_weights()])
    path = tmp_path_factory.mktemp("ivf") / "random.keras"
    fusion.save(path)
    return IVFFuser(path, "keras")


def test_any_size(fuser, litert_of, random_images):
    graph = graph_for(fuser.preset)
    fuse = litert_of(graph)
    assert graph.smallest == 5
    for size in ((6, 7), (16, 20), (23, 37)):
        images = {"infrared": random_images(*size, 1), "visible": random_images(*size, 3, seed=1)}
        expected = fuser.fuse(images["infrared"][..., 0], images["visible"])
        assert np.abs(expected - images["visible"]).max() > 0.1
        np.testing.assert_allclose(fuse(**images), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("rescale", [True, False])
def test_one_size(fuser, rescale, litert_of, random_images):
    images = {"infrared": random_images(18, 13, 1), "visible": random_images(18, 13, 3, seed=1)}
    graph = graph_for(fuser.preset, size=(18, 13), rescale=rescale)
    expected = fuser.fuse(images["infrared"][..., 0], images["visible"])
    np.testing.assert_allclose(litert_of(graph)(**images), expected, rtol=0, atol=1e-5)


def test_large_pictures_get_more_levels(fuser, litert_of, random_images):
    from cscfuse_keras.runtimes.engines import engine_for
    from cscfuse_keras.runtimes.ivf_pyramid import IVFPyramidRuntime
    from cscfuse_keras.tasks.colour import luma, with_luma

    images = {"infrared": random_images(20, 740, 1), "visible": random_images(20, 740, 3, seed=1)}
    graph = graph_for(fuser.preset, size=(20, 740))
    runtime = IVFPyramidRuntime(fuser.preset.model, engine_for("keras"))
    expected = with_luma(images["visible"], runtime(images["infrared"][..., 0], luma(images["visible"])))
    assert graph.smallest > graph_for(fuser.preset).smallest
    np.testing.assert_allclose(litert_of(graph)(**images), expected, rtol=0, atol=1e-5)
