import keras
import numpy as np
import pytest

from cscfuse_keras.layers.fast_guided_filter import local_lines as of_layer
from cscfuse_keras.runtimes.host_local_lines import local_lines

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(("shape", "radius"), [((1, 1, 2), 1), ((7, 9, 3), 1), ((12, 5, 2), 3)])
def test_equals_the_layers_line_fits(shape, radius, random_images):
    # A large offset: differences of squares would lose the variance in it.
    guide, source = 300 + random_images(*shape), random_images(*shape, seed=1)
    tensors = keras.ops.convert_to_tensor(guide[np.newaxis]), keras.ops.convert_to_tensor(source[np.newaxis])
    expected = [keras.ops.convert_to_numpy(part)[0] for part in of_layer(*tensors, radius, 1e-3)]
    for found, wanted in zip(local_lines(guide, source, radius, 1e-3), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-4)
