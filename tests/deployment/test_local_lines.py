import keras
import numpy as np
import pytest

from cscfuse_keras.deployment.local_lines import local_lines
from cscfuse_keras.layers.fast_guided_filter import local_lines as of_layer

pytestmark = pytest.mark.backend


class LocalLines:
    """Slope and offset as a part of a network."""

    channels = (3, 3)
    smallest = 1

    def __init__(self, radius):
        self.radius = radius

    def __call__(self, operations, guide, source):
        return list(local_lines(operations, guide, source, self.radius, 1e-3))


@pytest.mark.parametrize(("size", "radius"), [((1, 1), 1), ((7, 9), 1), ((12, 5), 3)])
def test_equals_the_layers_line_fits(size, radius, engine, random_images):
    # A large offset: differences of squares would lose the variance in it.
    guide, source = 300 + random_images(*size, 3), random_images(*size, 3, seed=1)
    tensors = keras.ops.convert_to_tensor(guide[np.newaxis]), keras.ops.convert_to_tensor(source[np.newaxis])
    expected_slope, expected_offset = (keras.ops.convert_to_numpy(part)[0] for part in of_layer(*tensors, radius, 1e-3))
    compute = engine.compile(LocalLines(radius))
    for _ in range(6):  # By engines that prepare for sizes that keep coming, too.
        slope, offset = compute(guide, source)
        np.testing.assert_allclose(slope, expected_slope, atol=2e-3)
        np.testing.assert_allclose(slope * guide + offset, expected_slope * guide + expected_offset, atol=2e-3)
