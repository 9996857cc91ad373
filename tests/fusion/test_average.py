import numpy as np
import pytest

from cscfuse_keras.fusion import average, total

pytestmark = pytest.mark.backend


def test_mean_and_sum():
    first, second = np.float32([[[[1, -2]]]]), np.float32([[[[4, 0.5]]]])
    np.testing.assert_array_equal(average(first, second), [[[[2.5, -0.75]]]])
    np.testing.assert_array_equal(total(first, second), [[[[5, -1.5]]]])
