import dataclasses

import keras
import numpy as np
import pytest

from cscfuse_keras.losses import ReconstructionLoss
from cscfuse_keras.models.ivf import (
    VARIANTS,
    IVFConfig,
    build_autoencoder,
    build_decoder,
    build_encoder,
    build_fusion,
    merge_settings,
)

pytestmark = pytest.mark.backend

SMALL = {"units": 2, "code_channels": 4, "decoder_channels": (3,)}
# The saliency rule compiles slowly on JAX, and has its own tests.
QUICK_RULES = {"base_rule": "average", "detail_rule": "l1_norm"}


def small_config(variant="paper", **settings):
    return dataclasses.replace(VARIANTS[variant], **SMALL, **settings)


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="module")
def golden_encoder(golden, from_state):
    """The release's encoder with the weights of both golden files."""
    encoder = build_encoder(VARIANTS["release"])
    for branch in ("base", "detail"):
        vectors = golden(f"02_ivf_encoder_{branch}")
        for k in range(8):
            name = f"state.convLayer.{k - 1}" if k else "state.convLayer0"
            from_state.unit(encoder.get_layer(f"{branch}_unit_{k}"), vectors, name)
    return encoder


@pytest.mark.parametrize(("output", "branch", "tolerance"), [(0, "base", 6e-6), (1, "detail", 7.5e-6)])
def test_golden_codes(output, branch, tolerance, golden, golden_encoder, numpy_of):
    vectors = golden(f"02_ivf_encoder_{branch}")
    first = keras.Model(golden_encoder.input, golden_encoder.get_layer(f"{branch}_unit_0").output)
    np.testing.assert_allclose(
        numpy_of(first(vectors["in.image"]))[..., :4], vectors["out.first_unit_ch0"], atol=5 * tolerance, rtol=0
    )
    code = numpy_of(golden_encoder(vectors["in.image"])[output])
    np.testing.assert_allclose(code, vectors["out.code"], atol=5 * tolerance, rtol=0)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("size", [(6, 6), (7, 12), (33, 10)])
def test_any_size(variant, size, random_images, numpy_of):
    autoencoder = build_autoencoder(small_config(variant, **QUICK_RULES))
    fusion = build_fusion(small_config(variant, **QUICK_RULES), autoencoder)
    infrared, visible = random_images(2, *size, 1), random_images(2, *size, 1, seed=1)
    for image in (autoencoder(infrared), fusion({"infrared": infrared, "visible": visible})):
        image = numpy_of(image)
        assert image.shape == (2, *size, 1)
        assert 0 < image.min() < image.max() < 1


def test_saliency_fuses_the_smallest_size(random_images, numpy_of):
    fusion = build_fusion(small_config())
    fused = numpy_of(fusion({"infrared": random_images(1, 6, 6, 1), "visible": random_images(1, 6, 6, 1, seed=1)}))
    assert fused.shape == (1, 6, 6, 1)
    assert np.isfinite(fused).all()


def test_branches_see_base_and_detail():
    for variant, config in VARIANTS.items():
        encoder = build_encoder(dataclasses.replace(config, code_channels=2))
        names = {layer.name for layer in encoder.layers if "_unit_" in layer.name}
        assert names == {f"{branch}_unit_{k}" for branch in ("base", "detail") for k in range(config.units)}, variant


@pytest.mark.parametrize(("variant", "changes"), [("paper", False), ("release", True)])
def test_only_the_release_shows_the_detail_encoder_a_change_of_brightness(variant, changes, random_images, numpy_of):
    encoder = build_encoder(small_config(variant))
    image = random_images(1, 12, 14, 1, high=0.5)
    base, detail = map(numpy_of, encoder(image))
    brighter_base, brighter_detail = map(numpy_of, encoder(image + np.float32(0.25)))
    assert np.abs(detail).max() > 0.01
    assert np.abs(brighter_base - base).max() > 0.01
    assert (np.abs(brighter_detail - detail).max() > 0.01) == changes


@pytest.mark.parametrize(("variant", "sees_detail"), [("paper", False), ("release", True)])
def test_only_the_release_shows_the_base_encoder_detail(variant, sees_detail, numpy_of):
    encoder = build_encoder(small_config(variant, window=3))
    # Stripes of period 3 have a constant mean of window 3: their base is flat away from the border.
    stripes = np.tile(np.float32([0, 0.5, 1] * 7), (1, 21, 1))[..., None]
    base = numpy_of(encoder(stripes)[0])[:, 7:-7, 7:-7]
    assert (np.ptp(base, axis=(1, 2)).max() > 0.01) == sees_detail


@pytest.mark.parametrize(("variant", "units"), [("paper", 7), ("release", 8)])
def test_number_of_parameters(variant, units):
    channels = 64
    kernel, normalization, shrinkage = 9 * channels, 4 * channels, channels
    branch = units * (kernel + normalization + shrinkage) + (units - 1) * kernel
    assert build_encoder(VARIANTS[variant]).count_params() == 2 * branch
    decoder = build_decoder(VARIANTS[variant])
    decoder.build((None, None, None, channels))
    assert decoder.count_params() == 9 * (64 * 32 + 32 * 16 + 16) + 4 * (32 + 16 + 1)


def test_settings_reach_the_units():
    config = small_config("release", base_activation="relu", initial_threshold=0.3)
    encoder = build_encoder(config)
    assert isinstance(encoder.get_layer("base_unit_1").shrinkage, keras.layers.ReLU)
    threshold = encoder.get_layer("detail_unit_1").shrinkage
    assert (threshold.initial_threshold, threshold.nonnegative) == (0.3, False)
    assert build_encoder(small_config()).get_layer("detail_unit_0").shrinkage.nonnegative


def test_fusion_shares_the_layers_of_the_autoencoder():
    config = small_config(**QUICK_RULES)
    autoencoder = build_autoencoder(config)
    fusion = build_fusion(config, autoencoder)
    assert {id(weight) for weight in fusion.weights} == {id(weight) for weight in autoencoder.weights}
    again = build_fusion(config, fusion)
    assert {id(weight) for weight in again.weights} == {id(weight) for weight in autoencoder.weights}


def test_fusing_an_image_with_itself_reconstructs_it(random_images, numpy_of):
    config = small_config(**QUICK_RULES, base_gain=1.0, detail_gain=1.0)
    autoencoder = build_autoencoder(config)
    fusion = build_fusion(config, autoencoder)
    image = random_images(1, 9, 12, 1)
    fused = numpy_of(fusion({"infrared": image, "visible": image}))
    np.testing.assert_allclose(fused, numpy_of(autoencoder(image)), atol=1e-6)


def test_rules_and_gains_are_found_in_a_fusion_model():
    config = small_config(base_rule="sum", detail_rule="average", base_gain=1.5, detail_gain=0.5)
    expected = IVFConfig(base_rule="sum", detail_rule="average", base_gain=1.5, detail_gain=0.5)
    assert merge_settings(build_fusion(config)) == expected
    with pytest.raises(ValueError, match="merge_base"):
        merge_settings(build_autoencoder(config))


@pytest.mark.parametrize("variant", VARIANTS)
def test_saved_models_give_the_same(variant, tmp_path, random_images, numpy_of):
    config = small_config(variant, **QUICK_RULES)
    autoencoder = build_autoencoder(config)
    fusion = build_fusion(config, autoencoder)
    for k, weight in enumerate(autoencoder.weights):
        weight.assign(random_images(*weight.shape, seed=k, low=0.1))
    image = random_images(1, 8, 9, 1)
    for model, inputs in ((autoencoder, image), (fusion, {"infrared": image, "visible": 1 - image})):
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(numpy_of(loaded(inputs)), numpy_of(model(inputs)))
        model.save_weights(tmp_path / "model.weights.h5")
        for weight in loaded.weights:
            weight.assign(np.zeros(weight.shape))
        loaded.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_array_equal(numpy_of(loaded(inputs)), numpy_of(model(inputs)))


def test_training_lowers_the_loss(random_images):
    autoencoder = build_autoencoder(small_config())
    autoencoder.compile(keras.optimizers.Adam(0.01), ReconstructionLoss(), jit_compile=keras.config.backend() == "jax")
    images = random_images(2, 16, 16, 1)
    losses = [float(autoencoder.train_on_batch(images, images)) for _ in range(8)]
    assert losses[-1] < 0.9 * losses[0]
