import keras
import numpy as np
import pytest

from cscfuse_keras.models.ivf_pyramid import IVFPyramidConfig, build_fusion
from cscfuse_keras.runtimes.engines import engine_for
from cscfuse_keras.runtimes.ivf_pyramid import IVFPyramidRuntime

pytestmark = pytest.mark.backend


def fusion_of(levels, contrast=1.0):
    keras.utils.set_random_seed(0)
    config = IVFPyramidConfig(levels=levels, units=2, code_channels=4, context_channels=2, contrast=contrast)
    fusion = build_fusion(config)
    generator = np.random.default_rng(0)
    for layer in fusion.get_layer("weigher").layers:
        if layer.name.startswith("code_to"):
            layer.set_weights([generator.normal(size=weight.shape) for weight in layer.get_weights()])
    return fusion


@pytest.mark.parametrize("contrast", [1.0, 1.6])
def test_equals_the_model(contrast, engine, random_images, numpy_of):
    fusion = fusion_of(4, contrast)
    runtime = IVFPyramidRuntime(fusion, engine)
    for shape in ((9, 12), (33, 20), (1, 7)):
        pair = {name: random_images(*shape, seed=k) for k, name in enumerate(("infrared", "visible"))}
        expected = numpy_of(fusion({name: image[None, ..., None] for name, image in pair.items()}))[0, ..., 0]
        np.testing.assert_allclose(runtime(**pair), expected, atol=3e-6)


@pytest.mark.parametrize(("levels", "side"), [(2, 16), (3, 7), (3, 16), (4, 33)])
@pytest.mark.parametrize("size", [(90, 61), (33, 128)])
def test_tiles_equal_the_whole(levels, side, size, random_images):
    runtime = IVFPyramidRuntime(fusion_of(levels, 1.6), engine_for("keras"))
    pair = random_images(*size), random_images(*size, seed=1)
    np.testing.assert_allclose(runtime(*pair, side=side), runtime(*pair, side=1000), atol=3e-6)


def test_strips_join_without_seams(engine, random_images, monkeypatch):
    from cscfuse_keras.runtimes import ivf_pyramid, strips

    runtime = IVFPyramidRuntime(fusion_of(2), engine)
    pair = random_images(90, 20), random_images(90, 20, seed=1)
    whole = runtime(*pair)
    narrow = lambda network, image, reach: strips.run_in_strips(network, image, reach, pixels=200)  # noqa: E731
    monkeypatch.setattr(ivf_pyramid, "run_in_strips", narrow)
    np.testing.assert_allclose(runtime(*pair), whole, atol=2e-6)


def test_large_pictures_get_more_levels(engine, random_images, numpy_of):
    fusion, larger = fusion_of(2), fusion_of(3)
    given, weigher = fusion.get_layer("weigher"), larger.get_layer("weigher")
    for name in ("coder", "context", "first_context", "code_to_pixel_maps"):
        weigher.get_layer(name).set_weights(given.get_layer(name).get_weights())
    for k, source in enumerate((0, 0, 1)):
        weigher.get_layer(f"code_to_map_{k}").set_weights(given.get_layer(f"code_to_map_{source}").get_weights())
    pair = {name: random_images(6, 740, seed=k) for k, name in enumerate(("infrared", "visible"))}
    expected = numpy_of(larger({name: image[None, ..., None] for name, image in pair.items()}))[0, ..., 0]
    np.testing.assert_allclose(IVFPyramidRuntime(fusion, engine)(**pair), expected, atol=1e-5)
