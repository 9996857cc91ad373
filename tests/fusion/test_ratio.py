import keras
import numpy as np
import pytest

from cscfuse_keras.fusion.ratio import share

pytestmark = pytest.mark.backend


def test_share_of_the_sum_and_one_half_of_nothing(numpy_of):
    first, second = np.float32([3, 0, 0, 2, 1e-30]), np.float32([1, 5, 0, 0, 1e-30])
    shares = numpy_of(share(*map(keras.ops.convert_to_tensor, (first, second))))
    np.testing.assert_allclose(shares, [0.75, 0, 0.5, 1, 0.5])


def test_gradient_is_finite_where_both_are_zero(gradient):
    zeros = np.zeros(3, "float32")
    slope = gradient(lambda first: keras.ops.sum(share(first, keras.ops.convert_to_tensor(zeros))), zeros)
    np.testing.assert_array_equal(slope, np.zeros(3))
