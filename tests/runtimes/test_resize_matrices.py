import numpy as np
import pytest

from cscfuse_keras.layers.resize import GRIDS, enlarge, shrink
from cscfuse_keras.runtimes.resize_matrices import enlarging, interpolated, shrinking

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("scale", [1, 2, 3, 8])
def test_parts_equal_the_layers_on_the_whole(grid, scale, random_images, numpy_of):
    small, large = random_images(1, 9, 7, 2), random_images(1, 9 * scale, 7 * scale, 2)
    rows, columns = slice(2, 9), slice(0, 6)
    enlarged = interpolated(
        small[0, rows, columns],
        enlarging(slice(3 * scale, 9 * scale), rows, 9, scale, grid),
        enlarging(slice(0, 5 * scale), columns, 7, scale, grid),
    )
    expected = numpy_of(enlarge(small, scale, grid))[0, 3 * scale :, : 5 * scale]
    np.testing.assert_allclose(enlarged, expected, atol=5e-7)
    fine = slice(2 * scale, 9 * scale), slice(0, 6 * scale)
    shrunk = np.einsum(
        "yr,rcv,xc->yxv",
        shrinking(rows, fine[0], 9, scale, grid),
        large[0][fine],
        shrinking(columns, fine[1], 7, scale, grid),
    )
    np.testing.assert_allclose(shrunk, numpy_of(shrink(large, scale, grid))[0, 2:, :6], atol=5e-7)
