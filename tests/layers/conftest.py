import numpy as np
import pytest

NUMPY_MODES = {"reflect": "reflect", "symmetric": "symmetric", "edge": "edge", "zeros": "constant"}


@pytest.fixture(scope="session")
def numpy_pad():
    """Independent extension of height and width, by numpy."""

    def pad(images, radius, border):
        return np.pad(images, ((0, 0), (radius, radius), (radius, radius), (0, 0)), NUMPY_MODES[border])

    return pad
