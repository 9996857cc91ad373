import keras
import numpy as np
import pytest

from cscfuse_keras.models.msf import MSFConfig, build_network
from cscfuse_keras.runtimes.fold_normalization import folded_code

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


def codes(units, image, numpy_of):
    code = units[0](image)
    for unit in units[1:]:
        code = unit(image, code)
    inputs = keras.Input(image.shape[1:])
    return numpy_of(code), numpy_of(keras.Model(inputs, folded_code(units, inputs))(image))


@pytest.mark.parametrize(
    "settings",
    [{}, {"normalized_units": "later"}, {"normalized_units": "none"}, {"nonnegative_threshold": False}],
)
def test_codes_stay(settings, random_images, numpy_of):
    expected, folded = codes(stack(**settings), random_images(2, 9, 11, 3), numpy_of)
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(folded, expected, rtol=1e-5, atol=1e-5)


def test_channels_that_normalisation_switches_off(random_images, numpy_of):
    units = stack()
    gamma = units[1].normalization.gamma
    gamma.assign(np.where(np.arange(8) < 4, 0, 1))
    expected, folded = codes(units, random_images(1, 9, 11, 3), numpy_of)
    np.testing.assert_allclose(folded, expected, rtol=1e-5, atol=1e-5)
