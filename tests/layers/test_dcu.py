import keras
import numpy as np
import pytest

from cscfuse_keras.layers import DictionaryConvolutionalUnit
from cscfuse_keras.layers.dcu import ACTIVATIONS, shrinkage

pytestmark = pytest.mark.backend

GOLDEN_UNITS = {
    "01_dcu_sst": ({"nonnegative_threshold": False}, 3e-6),
    "01_dcu_prelu": ({"activation": "prelu"}, 4e-6),
    "01_dcu_options": (
        {
            "kernel_size": 5,
            "dilation": 2,
            "decoder_convolutions": 2,
            "encoder_convolutions": 2,
            "activation": "relu",
            "use_bias": True,
            "output_channels": 16,
        },
        8e-6,
    ),
}


def golden_unit(vectors, from_state, **arguments):
    unit = DictionaryConvolutionalUnit(12, **arguments)
    unit.build(vectors["in.data"].shape, vectors["in.code"].shape)
    from_state.unit(unit, vectors)
    return unit


@pytest.mark.parametrize("name", GOLDEN_UNITS)
def test_golden_codes(name, golden, from_state, numpy_of):
    vectors = golden(name)
    arguments, tolerance = GOLDEN_UNITS[name]
    unit = golden_unit(vectors, from_state, **arguments)
    image, code = vectors["in.data"], vectors["in.code"]
    np.testing.assert_allclose(numpy_of(unit(image, code)), vectors["out.code"], atol=tolerance, rtol=0)
    np.testing.assert_allclose(numpy_of(unit(image)), vectors["out.code_from_none"], atol=tolerance, rtol=0)


def test_golden_codes_with_thresholds_clamped(golden, from_state, numpy_of):
    vectors = golden("01_dcu_sst")
    unit = golden_unit(vectors, from_state, nonnegative_threshold=True)
    with_code = numpy_of(unit(vectors["in.data"], vectors["in.code"]))
    np.testing.assert_allclose(with_code, vectors["out.code_theta_clamped"], atol=3e-6, rtol=0)
    without = numpy_of(unit(vectors["in.data"]))
    np.testing.assert_allclose(without, vectors["out.code_from_none_theta_clamped"], atol=3e-6, rtol=0)


def test_golden_residual(golden, from_state, numpy_of):
    vectors = golden("01_dcu_sst")
    unit = golden_unit(vectors, from_state)
    image, code = (keras.ops.convert_to_tensor(vectors[f"in.{name}"]) for name in ("data", "code"))
    residual = numpy_of(unit.residual(image, code))
    np.testing.assert_allclose(residual, vectors["out.residual_data"], atol=3e-6, rtol=0)


@pytest.mark.parametrize("use_bias", [False, True])
def test_no_code_equals_a_code_of_zeros(use_bias, random_images, numpy_of):
    image = random_images(1, 6, 7, 2)
    unit = DictionaryConvolutionalUnit(5, use_bias=use_bias)
    unit.build(image.shape, (1, 6, 7, 5))
    for k, weight in enumerate(unit.trainable_weights):
        weight.assign(random_images(*weight.shape, seed=k))
    from_zeros = numpy_of(unit(image, np.zeros((1, 6, 7, 5), "float32")))
    np.testing.assert_allclose(numpy_of(unit(image)), from_zeros, atol=1e-6)


def test_unit_without_code_has_no_decoder_and_says_so(random_images):
    unit = DictionaryConvolutionalUnit(5)
    unit(random_images(1, 6, 7, 2))
    assert unit.decoder == []
    with pytest.raises(ValueError, match="built without a code"):
        unit.residual(random_images(1, 6, 7, 2), random_images(1, 6, 7, 5))


def test_normalization_uses_the_batch_while_training(random_images, numpy_of):
    unit = DictionaryConvolutionalUnit(4, activation="leaky_relu")
    image = random_images(3, 8, 8, 1, low=2, high=5)
    code = numpy_of(unit(image, training=True))
    before_activation = np.where(code < 0, code / 0.01, code)
    np.testing.assert_allclose(before_activation.mean((0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(before_activation.std((0, 1, 2)), 1, atol=1e-2)
    assert np.abs(numpy_of(unit(image)) - code).max() > 0.1


def test_statistics_follow_the_batches_by_a_tenth(random_images, numpy_of):
    unit = DictionaryConvolutionalUnit(4)
    image = random_images(3, 8, 8, 1)
    unit.build(image.shape)
    update = numpy_of(unit.encoder[0](image))
    unit(image, training=True)
    np.testing.assert_allclose(numpy_of(unit.normalization.moving_mean), 0.1 * update.mean((0, 1, 2)), rtol=1e-4)


@pytest.mark.parametrize(("border", "flat"), [("reflect", True), ("edge", True), ("zeros", False)])
def test_border_is_that_of_the_convolutions(border, flat, numpy_of):
    unit = DictionaryConvolutionalUnit(4, border=border)
    code = numpy_of(unit(np.ones((1, 6, 7, 1), "float32"), np.ones((1, 6, 7, 4), "float32")))
    assert (np.ptp(code, axis=(1, 2)).max() < 1e-5) == flat


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("soft_threshold", [-0.99, 0, 0.99]),
        ("prelu", [-0.25, 0.005, 1]),
        ("relu", [0, 0.005, 1]),
        ("leaky_relu", [-0.01, 0.005, 1]),
    ],
)
def test_activations_before_training(activation, expected, numpy_of):
    values = np.float32([-1, 0.005, 1]).reshape(1, 1, 3, 1)
    np.testing.assert_allclose(numpy_of(shrinkage(activation)(values)).ravel(), expected, rtol=1e-6)


def test_every_activation_is_tested():
    assert set(ACTIVATIONS) == {"soft_threshold", "prelu", "relu", "leaky_relu"}


def test_slopes_are_learned_for_each_channel_not_each_pixel():
    layer = shrinkage("prelu")
    layer.build((None, None, None, 6))
    assert layer.alpha.shape == (1, 1, 6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "gelu"}, "activation must be one of soft_threshold.*received 'gelu'"),
        ({"decoder_convolutions": 0}, "must be at least 1; received 0 and 1"),
        ({"encoder_convolutions": 0}, "must be at least 1; received 1 and 0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        DictionaryConvolutionalUnit(4, **arguments)


def test_code_of_wrong_width_is_refused():
    with pytest.raises(ValueError, match="code must have 4 channels"):
        DictionaryConvolutionalUnit(4)(keras.Input((8, 8, 1)), keras.Input((8, 8, 5)))
