import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.tasks.exposures import check_stack, middle_exposure


@pytest.mark.parametrize(
    ("shapes", "dtypes", "words"),
    [
        ([(8, 9, 3)], ["uint8"], "at least two exposures, found 1"),
        ([(8, 9, 3), (8, 10, 3)], ["uint8", "uint8"], "9 x 8 in A and 10 x 8 in B"),
        ([(8, 9, 3), (9, 8, 3)], ["uint8", "uint8"], "9 x 8 in A and 8 x 9 in B"),
        ([(8, 9, 3), (8, 9, 3)], ["uint8", "uint16"], "uint8 in A and uint16 in B"),
    ],
)
def test_what_is_no_stack(shapes, dtypes, words):
    images = [np.zeros(shape, dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
    with pytest.raises(InputError, match=words):
        check_stack(images, ["A", "B"][: len(images)])


def test_grey_and_colour_may_mix():
    check_stack([np.zeros((8, 9), "uint8"), np.zeros((8, 9, 3), "uint8")], ["A", "B"])


def test_the_middle_is_found_by_brightness():
    def stack(*levels):
        return [np.full((4, 4), level, "uint8") for level in levels]

    assert middle_exposure(stack(200, 10, 90)) == 2
    assert middle_exposure(stack(10, 200)) == 1
    assert middle_exposure(stack(40, 30, 20, 10)) == 1
