import keras
import numpy as np
import pytest

from cscfuse_keras.models.ivf_pyramid import (
    IVFPyramidConfig,
    build_fusion,
    build_training,
    build_weigher,
    contrast_settings,
)

pytestmark = pytest.mark.backend
SMALL = IVFPyramidConfig(levels=3, units=2, code_channels=4, context_channels=2)


@pytest.fixture(scope="module")
def fusion():
    keras.utils.set_random_seed(0)
    return build_fusion(SMALL)


@pytest.fixture(scope="module")
def pair(random_images):
    return {name: random_images(1, 21, 34, 1, seed=k) for k, name in enumerate(("infrared", "visible"))}


def test_fused_image_has_the_size_and_range_of_the_pair(fusion, pair, numpy_of):
    fused = numpy_of(fusion(pair))
    assert fused.shape == (1, 21, 34, 1)
    assert fused.min() > 0
    assert fused.max() < 1


def test_maps_of_zero_give_the_sum_about_mid_grey(pair, numpy_of):
    fusion = build_fusion(SMALL)
    weigher = fusion.get_layer("weigher")
    for layer in weigher.layers:
        if layer.name.startswith("code_to"):
            layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    quiet = {name: 0.3 + 0.4 * image for name, image in pair.items()}
    expected = quiet["infrared"] + quiet["visible"] - 0.5
    inside = np.abs(expected - 0.5) < 0.15
    np.testing.assert_allclose(numpy_of(fusion(quiet))[inside], expected[inside], atol=4e-3)


def test_weights_are_shared_with_an_earlier_model(fusion, pair, numpy_of):
    softer = build_fusion(IVFPyramidConfig(contrast=0.5), fusion)
    assert contrast_settings(softer) == IVFPyramidConfig(contrast=0.5)
    assert contrast_settings(fusion).contrast == 1.0
    quiet = {name: 0.4 + 0.2 * image for name, image in pair.items()}
    usual, soft = (numpy_of(model(quiet)) for model in (fusion, softer))
    assert np.abs(soft - 0.5).mean() < 0.7 * np.abs(usual - 0.5).mean()


def test_survives_saving(fusion, pair, tmp_path, numpy_of):
    fusion.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(numpy_of(loaded(pair)), numpy_of(fusion(pair)), atol=1e-6)


def test_one_pixel_is_enough(fusion):
    images = {name: np.full((1, 1, 1, 1), 0.5, "float32") for name in ("infrared", "visible")}
    assert fusion(images).shape == (1, 1, 1, 1)


def test_default_is_small():
    assert build_weigher(IVFPyramidConfig()).count_params() < 150_000


def test_training_model_has_the_objective_as_its_loss(fusion, random_images):
    pair = {name: random_images(2, 48, 48, 1, seed=k) for k, name in enumerate(("infrared", "visible"))}
    training = build_training(fusion)
    training.compile("adam", None)
    before = training.evaluate(pair, verbose=0)
    history = training.fit(pair, epochs=4, verbose=0).history["loss"]
    assert np.isfinite(before)
    assert history[-1] < history[0]
