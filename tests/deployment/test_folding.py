import keras
import numpy as np
import pytest

from cscfuse_keras.deployment.folding import fold_stack
from cscfuse_keras.deployment.keras_operations import KerasOperations
from cscfuse_keras.deployment.operations import code
from cscfuse_keras.layers import DictionaryConvolutionalUnit
from cscfuse_keras.models.msf import MSFConfig, build_network

pytestmark = pytest.mark.backend


def stack(**settings):
    """Units with statistics, gains of either sign, offsets and thresholds as if trained."""
    keras.utils.set_random_seed(0)
    network = build_network(MSFConfig(bands=3, code_channels=8, units=3, **settings))
    units = [network.get_layer(f"guide_unit_{k}") for k in range(3)]
    random = np.random.default_rng(0)
    low = -0.05 if settings.get("nonnegative_threshold") is False else 0
    for unit in units:
        unit.shrinkage.threshold.assign(random.uniform(low, 0.1, 8))
        if unit.normalization is not None:
            unit.normalization.set_weights(
                [random.uniform(-1.5, 1.5, 8), random.normal(0, 0.2, 8), random.normal(0, 0.1, 8), random.random(8)]
            )
    return units


def codes(units, image, numpy_of, rescale=True):
    expected = units[0](image)
    for unit in units[1:]:
        expected = unit(image, expected)
    inputs = keras.Input(image.shape[1:])
    folded = code(KerasOperations(), fold_stack(units, rescale), inputs)
    return numpy_of(expected), numpy_of(keras.Model(inputs, folded)(image))


@pytest.mark.parametrize(
    "settings",
    [{}, {"normalized_units": "later"}, {"normalized_units": "none"}, {"nonnegative_threshold": False}],
)
@pytest.mark.parametrize("rescale", [True, False])
def test_codes_stay(settings, rescale, random_images, numpy_of):
    expected, folded = codes(stack(**settings), random_images(2, 9, 11, 3), numpy_of, rescale)
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(folded, expected, rtol=1e-5, atol=1e-5)


def test_channels_that_normalisation_switches_off(random_images, numpy_of):
    units = stack()
    gamma = units[1].normalization.gamma
    gamma.assign(np.where(np.arange(8) < 4, 0, 1))
    expected, folded = codes(units, random_images(1, 9, 11, 3), numpy_of)
    np.testing.assert_allclose(folded, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("activation", ["soft_threshold", "prelu", "relu", "leaky_relu"])
def test_every_shrinkage_with_scales_of_either_sign(activation, random_images, numpy_of):
    keras.utils.set_random_seed(0)
    units = [DictionaryConvolutionalUnit(6, activation=activation, use_bias=True) for _ in range(3)]
    image = random_images(1, 8, 9, 2)
    for unit in units:
        unit.build(image.shape, (*image.shape[:3], 6) if unit is not units[0] else None)
    random = np.random.default_rng(1)
    for unit in units:
        unit.set_weights([random.uniform(-1, 1, weight.shape) for weight in unit.get_weights()])
        unit.normalization.moving_variance.assign(random.random(6))
        if activation == "soft_threshold":
            unit.shrinkage.threshold.assign(random.uniform(0, 0.2, 6))
    assert (numpy_of(units[0].normalization.gamma) < 0).any()
    expected, folded = codes(units, image, numpy_of)
    np.testing.assert_allclose(folded, expected, rtol=0, atol=3e-6 * np.abs(expected).max())


@pytest.mark.parametrize("setting", [{"dilation": 2}, {"border": "zeros"}, {"encoder_convolutions": 2}])
def test_what_cannot_be_expressed(setting):
    unit = DictionaryConvolutionalUnit(4, **setting)
    unit.build((None, None, None, 2))
    with pytest.raises(ValueError, match="expected a unit"):
        fold_stack([unit])
