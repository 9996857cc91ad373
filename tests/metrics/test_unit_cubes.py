import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.unit_cubes import fused_and_inputs, fused_and_truth, unit_cube


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4)), r"\(4, 4\)"),
        (np.zeros((0, 4, 2)), r"\(0, 4, 2\)"),
        (np.zeros((4, 4, 2), complex), "complex"),
        (np.full((4, 4, 2), 255, "uint8"), "255"),
        (np.full((4, 4, 2), -0.1), "-0.1"),
        (np.full((4, 4, 2), np.nan), "nan"),
    ],
)
def test_what_is_no_cube_is_refused(image, words):
    with pytest.raises(InputError, match=f"truth: .*{words}"):
        unit_cube(image, "truth")


def test_shapes_that_do_not_belong_together_are_refused():
    def cube(*shape):
        return np.zeros(shape)

    with pytest.raises(InputError, match=r"truth's shape \(8, 8, 2\), found \(8, 8, 3\)"):
        fused_and_truth(cube(8, 8, 3), [cube(8, 8, 2)])
    good = [cube(8, 12, 4), cube(4, 6, 4), cube(8, 12, 1), cube(4, 6, 1)]
    assert len(fused_and_inputs(good[0], good[1:])) == 4
    for place, wrong in ((0, (8, 12, 3)), (1, (3, 6, 4)), (2, (8, 11, 1)), (3, (4, 6, 2))):
        images = [*good[:place], cube(*wrong), *good[place + 1 :]]
        with pytest.raises(InputError, match="expected"):
            fused_and_inputs(images[0], images[1:])
