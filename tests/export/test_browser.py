import numpy as np
import pytest

from cscfuse_keras.deployment.operations import code
from cscfuse_keras.deployment.parts import ivf_pyramid_parts, mef_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.browser import with_strength
from cscfuse_keras.models.presets import load_preset

PARTS = {"ivf-lite": lambda model: ivf_pyramid_parts(model)[0], "mef-lite": mef_parts}


@pytest.mark.parametrize("preset", PARTS)
def test_strength_is_one_more_map_and_leaves_the_others_alone(preset, random_images, numpy_of):
    coder, operations = PARTS[preset](load_preset(preset).model), TensorFlowOperations()
    image = random_images(1, 12, 16, *coder.channels)
    maps, more = (numpy_of(part(operations, image)[0]) for part in (coder, with_strength(coder)))
    np.testing.assert_allclose(more[..., :-1], maps, atol=1e-5)
    magnitude = np.abs(numpy_of(code(operations, coder.stack, image))).mean(-1)
    radius = max(1, coder.radius)
    window = magnitude[0, 6 - radius : 7 + radius, 8 - radius : 9 + radius]
    assert more[0, 6, 8, -1] == pytest.approx(window.mean(), rel=1e-4)
