import cv2
import numpy as np
import pytest

from cscfuse_keras.layers import CodeActivity

pytestmark = pytest.mark.backend


def test_codes_come_first_then_their_local_strength(random_images, numpy_of):
    code = random_images(1, 9, 11, 2, low=-1.0)
    found = numpy_of(CodeActivity(radius=1)(code))
    np.testing.assert_array_equal(found[..., :2], code)
    for k in range(2):
        expected = cv2.blur(np.abs(code[0, ..., k]), (3, 3), borderType=cv2.BORDER_REFLECT)
        np.testing.assert_allclose(found[0, ..., 2 + k], expected, atol=1e-6)
