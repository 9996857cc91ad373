"""Merge rules on the host against the Keras rules."""

import keras
import numpy as np
import pytest

from cscfuse_keras.fusion import RULES
from cscfuse_keras.runtimes.host_merge import merge

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("rule", list(RULES))
@pytest.mark.parametrize("shape", [(1, 1, 2), (6, 7, 3), (30, 120, 5), (150, 120, 8)])
def test_equals_the_keras_rule(rule, shape):
    first, second = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    expected = keras.ops.convert_to_numpy(RULES[rule](first[None], second[None]))[0]
    result = merge(rule, first, second)
    assert result.shape == shape
    # A pixel whose level flips in rounding moves the weights of all, the more the fewer pixels there are.
    tolerance = max(2e-4, 0.1 / (shape[0] * shape[1])) if rule == "saliency" else 3e-6
    np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("rule", list(RULES))
def test_nothing_divides_zero_by_zero(rule):
    zeros = np.zeros((9, 8, 2), "float32")
    with np.errstate(all="raise"):
        assert (merge(rule, zeros, zeros) == 0).all()
        assert np.isfinite(merge(rule, zeros, zeros + 3)).all()


@pytest.mark.parametrize("rule", list(RULES))
def test_leaves_the_codes_as_they_are(rule):
    codes = np.random.default_rng(1).normal(size=(2, 9, 8, 4)).astype("float32")
    copy = codes.copy()
    codes.flags.writeable = False
    merge(rule, *codes)
    np.testing.assert_array_equal(codes, copy)
