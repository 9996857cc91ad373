import numpy as np
import pytest

from cscfuse_keras.deployment.operations import code
from cscfuse_keras.deployment.parts import ivf_pyramid_parts, joint_part, mef_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.browser import MSF, joint_strength, with_strength
from cscfuse_keras.models.msf import settings_of
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


def test_strength_of_a_joint_code_covers_the_pixels_of_its_square(random_images, numpy_of):
    part = joint_part(load_preset("msf-lite").model)
    low, guide = random_images(1, 5, 6, 31), random_images(1, 10, 12, 3, seed=1)
    found = numpy_of(joint_strength(part, low, guide, 2))[0, ..., 0]
    squares = guide.reshape(1, 5, 2, 6, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(1, 5, 6, 12)
    both = np.concatenate([low, squares], -1)
    linear = numpy_of(TensorFlowOperations().convolve(both, part.linear)) if part.linear else both[..., :0]
    codes = numpy_of(code(TensorFlowOperations(), part.stack, np.concatenate([both, linear], -1)))
    np.testing.assert_allclose(found[::2, ::2], np.abs(codes).mean(-1)[0], rtol=1e-4)
    for row, column in ((0, 1), (1, 0), (1, 1)):
        np.testing.assert_array_equal(found[row::2, column::2], found[::2, ::2])


def test_the_number_of_bands_tells_the_network():
    bands = [settings_of(load_preset(preset).model).bands for preset in MSF]
    assert len(set(bands)) == len(bands)
