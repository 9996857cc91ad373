import numpy as np
import pytest

from cscfuse_keras.runtimes.tiles import whole
from cscfuse_keras.tasks.unit_pixels import UnitLuma, UnitRGB


def test_exposures_become_rgb_in_the_unit_range():
    for image, value in ((np.full((2, 3), 51, "uint8"), 0.2), (np.full((2, 3, 3), 102, "uint8"), 0.4)):
        unit = UnitRGB(image, 255)
        assert unit.shape == (2, 3, 3)
        assert unit[whole(2, 3)].dtype == np.float32
        np.testing.assert_array_equal(unit[whole(2, 3)], np.full((2, 3, 3), value, "float32"))
    assert UnitRGB(np.full((2, 2, 3), 65535, "uint16"), 65535)[whole(2, 2)].max() == 1


def test_luma_of_a_window():
    colour = np.zeros((4, 5, 3), "uint8")
    colour[1:3, 2:4] = 255, 0, 0
    np.testing.assert_allclose(UnitLuma(colour, 255)[1:3, 2:4], np.full((2, 2), 0.299), atol=1e-6)


@pytest.mark.parametrize("kind", [UnitLuma, UnitRGB])
def test_small_images_are_enlarged(kind):
    unit = kind(np.arange(3, dtype="uint8").reshape(1, 3), 255, smallest=2)
    assert unit.shape[:2] == (2, 3)
    assert unit[whole(2, 3)].shape == unit.shape
