import keras
import numpy as np
import pytest

from cscfuse_keras.models.mef import MEFConfig, build_fusion
from cscfuse_keras.runtimes.engines import engine_for
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


@pytest.mark.parametrize(("levels", "side"), [(1, 7), (1, 16), (2, 7), (3, 16), (4, 33)])
@pytest.mark.parametrize("size", [(90, 61), (33, 128)])
def test_tiles_equal_the_whole(levels, side, size, random_images):
    keras.utils.set_random_seed(0)
    fusion = build_fusion(MEFConfig(units=2, code_channels=4, levels=levels, detail_gain=1.0 if levels == 1 else 1.5))
    runtime, exposures = MEFRuntime(fusion, engine_for("keras")), list(random_images(3, *size, 3))
    np.testing.assert_allclose(runtime(exposures, side=side), runtime(exposures, side=1000), atol=2e-6)


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
