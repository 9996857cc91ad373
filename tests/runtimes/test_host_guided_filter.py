"""Guided filters on the host against the Keras layer."""

import keras
import numpy as np
import pytest

from cscfuse_keras.layers.guided_filter import guided_filter
from cscfuse_keras.runtimes.host_guided_filter import HostGuidedFilter

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("shape", [(5, 9, 1), (70, 140, 4)])
def test_equals_the_keras_layer_call_after_call(shape):
    host = HostGuidedFilter(shape, radius=6, epsilon=0.01)
    for first, second, source in np.random.default_rng(0).random((2, 3, *shape), dtype="float32"):
        expected = [
            keras.ops.convert_to_numpy(guided_filter(g[None], source[None], 6, 0.01))[0] for g in (first, second)
        ]
        for filtered, wanted in zip(host([first, second], source.copy()), expected, strict=True):
            np.testing.assert_allclose(filtered, wanted, rtol=0, atol=1e-5)
