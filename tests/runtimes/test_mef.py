import keras
import numpy as np
import pytest

from cscfuse_keras.models.mef import MEFConfig, build_fusion
from cscfuse_keras.runtimes.mef import MEFRuntime

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(("levels", "detail_gain"), [(1, 1.0), (4, 1.0), (4, 1.5)])
def test_equals_the_model(levels, detail_gain, engine, random_images, numpy_of):
    keras.utils.set_random_seed(0)
    fusion = build_fusion(MEFConfig(units=2, code_channels=4, levels=levels, detail_gain=detail_gain))
    runtime = MEFRuntime(fusion, engine)
    for shape in ((2, 9, 12, 3), (4, 8, 7, 3)):
        exposures = random_images(*shape)
        expected = numpy_of(fusion(exposures[np.newaxis]))[0]
        np.testing.assert_allclose(runtime(list(exposures)), expected, atol=2e-6)


def test_large_pictures_get_more_levels(engine, random_images, numpy_of):
    keras.utils.set_random_seed(0)
    fusion = build_fusion(MEFConfig(units=2, code_channels=4, levels=2))
    larger = build_fusion(MEFConfig(units=2, code_channels=4, levels=3))
    given, mapper = fusion.get_layer("mapper"), larger.get_layer("mapper")
    for name, source in (
        ("coder", "coder"),
        ("code_to_map_0", "code_to_map_0"),
        ("code_to_map_1", "code_to_map_0"),
        ("code_to_map_2", "code_to_map_1"),
    ):
        mapper.get_layer(name).set_weights(given.get_layer(source).get_weights())
    exposures = random_images(2, 6, 740, 3)
    expected = numpy_of(larger(exposures[np.newaxis]))[0]
    np.testing.assert_allclose(MEFRuntime(fusion, engine)(list(exposures)), expected, atol=1e-5)
