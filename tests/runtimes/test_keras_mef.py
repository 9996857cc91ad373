import keras
import numpy as np
import pytest

from cscfuse_keras.models.mef import MEFConfig, build_fusion
from cscfuse_keras.runtimes.keras_mef import KerasMEF

pytestmark = pytest.mark.backend


def test_equals_the_model(random_images, numpy_of):
    keras.utils.set_random_seed(0)
    fusion = build_fusion(MEFConfig(units=2, code_channels=4))
    runtime = KerasMEF(fusion)
    for shape in ((2, 9, 12, 3), (4, 8, 7, 3)):
        exposures = random_images(*shape)
        expected = numpy_of(fusion(exposures[np.newaxis]))[0]
        np.testing.assert_allclose(runtime(list(exposures)), expected, atol=2e-6)
