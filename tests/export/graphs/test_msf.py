import keras
import numpy as np
import pytest

from cscfuse_keras.export.graphs import graph_for
from cscfuse_keras.models.msf import MSFConfig, build_network
from cscfuse_keras.models.presets import Preset
from cscfuse_keras.tasks.msf import MSFFuser

GUIDED = {"units": 2, "scale": 3, "radius": 2, "normalized_units": "later"}
JOINT = {"units": 0, "joint_units": 2, "joint_channels": 6, "joint_kernel": 5, "normalized_units": "none"}


def trained(**settings):
    """A network with normalisation and decoders as if trained."""
    keras.utils.set_random_seed(0)
    network = build_network(MSFConfig(bands=4, guide_channels=2, code_channels=5, **settings))
    random = np.random.default_rng(0)
    for layer in network.layers:
        if layer.name in ("decoder", "joint_decoder", "joint_linear"):
            layer.kernel.assign(random.normal(0, 0.1, layer.kernel.shape))
        elif getattr(layer, "normalization", None) is not None:
            channels = layer.normalization.gamma.shape[0]
            values = random.uniform(-1.5, 1.5, channels), *random.normal(0, 0.1, (2, channels)), random.random(channels)
            layer.normalization.set_weights(values)
    return network


@pytest.mark.parametrize("grid", ["half_pixel", "co_sited", "align_corners"])
@pytest.mark.parametrize("settings", [GUIDED, JOINT, {**GUIDED, "joint_units": 1}], ids=["guided", "joint", "both"])
def test_any_size(grid, settings, litert_of, random_images):
    network = trained(grid=grid, **settings)
    fuser, graph = MSFFuser(network, "keras"), graph_for(Preset("random", "msf", network, ""))
    fuse = litert_of(graph)
    for height, width in ((graph.smallest, 9), (12, 7)):
        scale = fuser.runtime.scale
        low_resolution = random_images(height, width, 4)
        guide = random_images(scale * height, scale * width, 2, seed=1)
        expected = fuser.fuse(low_resolution, guide)
        fused = fuse(low_resolution=low_resolution, guide=guide)
        np.testing.assert_allclose(fused, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("rescale", [True, False])
@pytest.mark.parametrize("settings", [GUIDED, JOINT], ids=["guided", "joint"])
def test_one_size(rescale, settings, litert_of, random_images):
    network = trained(**settings)
    fuser = MSFFuser(network, "keras")
    low_resolution, scale = random_images(8, 11, 4), fuser.runtime.scale
    guide = random_images(scale * 8, scale * 11, 2, seed=1)
    graph = graph_for(Preset("random", "msf", network, ""), size=guide.shape[:2], rescale=rescale)
    expected = fuser.fuse(low_resolution, guide)
    fused = litert_of(graph)(low_resolution=low_resolution, guide=guide)
    np.testing.assert_allclose(fused, expected, rtol=0, atol=1e-5)
