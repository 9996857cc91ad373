import keras
import numpy as np
import pytest

from cscfuse_keras.models.ivf import IVFConfig, build_fusion
from cscfuse_keras.runtimes.engines import engine_for
from cscfuse_keras.runtimes.ivf import IVFRuntime

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(
    "settings",
    [
        {"base_rule": "average", "detail_rule": "l1_norm"},
        {"base_rule": "sum", "later_units_see": "image", "nonnegative_threshold": False},
        {"base_activation": "leaky_relu", "base_rule": "average", "base_gain": 1.5},
    ],
)
def test_equals_the_model(settings, engine, random_images, numpy_of):
    keras.utils.set_random_seed(0)
    fusion = build_fusion(IVFConfig(units=2, code_channels=12, decoder_channels=(4,), **settings))
    random = np.random.default_rng(0)
    for weight in fusion.weights:
        if weight.path.endswith(("gamma", "beta", "moving_mean", "moving_variance")):
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    runtime = IVFRuntime(fusion, engine)
    for shape in ((12, 15), (6, 6)):
        pair = {name: random_images(*shape, seed=k) for k, name in enumerate(("infrared", "visible"))}
        expected = numpy_of(fusion({name: image[None, ..., None] for name, image in pair.items()}))[0, ..., 0]
        np.testing.assert_allclose(runtime(**pair), expected, atol=1e-5)


@pytest.mark.parametrize("rules", [("saliency", "l1_norm"), ("sum", "saliency"), ("average", "l1_norm")])
@pytest.mark.parametrize(("size", "side"), [((150, 131), 64), ((61, 210), 33)])
def test_tiles_equal_the_whole(rules, size, side, random_images):
    keras.utils.set_random_seed(0)
    config = IVFConfig(units=2, code_channels=4, decoder_channels=(4,), base_rule=rules[0], detail_rule=rules[1])
    runtime = IVFRuntime(build_fusion(config), engine_for("keras"))
    pair = random_images(*size), random_images(*size, seed=1)
    np.testing.assert_allclose(runtime(*pair, side=side), runtime(*pair, side=1000), atol=1e-5)
