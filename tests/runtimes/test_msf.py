import keras
import numpy as np
import pytest

from cscfuse_keras.models.msf import MSFConfig, build_network
from cscfuse_keras.runtimes import msf
from cscfuse_keras.runtimes.msf import MSFRuntime

pytestmark = pytest.mark.backend


def network(**settings):
    """Small network with random weights, in the decoders too, which start at zero."""
    keras.utils.set_random_seed(0)
    model = build_network(MSFConfig(bands=3, guide_channels=2, code_channels=4, joint_channels=4, **settings))
    for weight in model.weights:
        if weight.path.split("/")[0] in ("decoder", "joint_decoder", "joint_linear"):
            weight.assign(np.random.default_rng(0).normal(0, 0.1, weight.shape))
    return model


@pytest.mark.parametrize(
    "settings",
    [
        {"units": 2, "radius": 2},
        {"units": 3, "scale": 4, "grid": "co_sited"},
        {"units": 2, "scale": 3, "grid": "align_corners", "normalized_units": "later"},
        {"units": 0, "joint_units": 2, "scale": 3},
        {"units": 0, "joint_units": 1, "joint_kernel": 5},
        {"units": 1, "joint_units": 2, "grid": "co_sited"},
    ],
)
def test_tiles_equal_the_whole(settings, engine, random_images, numpy_of, monkeypatch):
    # Pieces inside the tiles too.
    monkeypatch.setattr(msf, "_PIECE", 24)
    model = network(**settings)
    runtime = MSFRuntime(model, engine)
    low, guide = random_images(35, 31, 3), random_images(35 * runtime.scale, 31 * runtime.scale, 2)
    expected = numpy_of(model({"low_resolution": low[np.newaxis], "guide": guide[np.newaxis]}))[0]
    assert np.abs(expected - numpy_of(model.get_layer("enlarge")(low[np.newaxis]))[0]).max() > 0.05
    np.testing.assert_allclose(runtime(low, guide, side=40), expected, atol=2e-6)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 9), (3, 1)])
def test_small_images(height, width, engine, random_images, numpy_of):
    model = network(units=2)
    low, guide = random_images(height, width, 3), random_images(2 * height, 2 * width, 2)
    expected = numpy_of(model({"low_resolution": low[np.newaxis], "guide": guide[np.newaxis]}))[0]
    np.testing.assert_allclose(MSFRuntime(model, engine)(low, guide), expected, atol=2e-6)


def test_tiles_look_no_further_than_the_reach(engine, random_images):
    runtime = MSFRuntime(network(units=2), engine)
    low, guide = random_images(60, 40, 3), random_images(120, 80, 2)
    window, reach = (slice(25, 30), slice(20, 24)), runtime.reach
    expected = runtime.tile(low, guide, (60, 40), window)
    low[: 25 - reach], low[30 + reach :] = np.nan, np.nan
    guide[:, : 2 * (20 - reach)], guide[:, 2 * (24 + reach) :] = np.nan, np.nan
    np.testing.assert_array_equal(runtime.tile(low, guide, (60, 40), window), expected)
