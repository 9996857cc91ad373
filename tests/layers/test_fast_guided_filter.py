import numpy as np
import pytest

from cscfuse_keras.layers.fast_guided_filter import FastGuidedFilter, fast_guided_filter, local_lines

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def vectors(golden):
    return golden("08_fast_guided_filter")


@pytest.mark.parametrize(
    ("name", "radius", "epsilon", "tolerance"),
    [
        # The reference lost digits in differences of cumulative sums; its float64 evaluation did not.
        ("r1_eps1em4_evaluated_in_float64", 1, 1e-4, 2e-6),
        ("r1_eps1em4", 1, 1e-4, 8e-5),
        ("r2_eps1em2", 2, 1e-2, 2e-5),
    ],
)
def test_golden(name, radius, epsilon, tolerance, vectors, numpy_of):
    inputs = [vectors[f"in.{part}"] for part in ("lr_guide", "lr_src", "hr_guide")]
    lifted = numpy_of(fast_guided_filter(*inputs, radius, epsilon, 2, "align_corners"))
    np.testing.assert_allclose(lifted, vectors[f"out.{name}"], atol=tolerance, rtol=0)


def test_golden_of_one_guide_channel(vectors, numpy_of):
    low_guide, guide = vectors["in.lr_guide"][..., :1], vectors["in.hr_guide"][..., :1]
    lifted = numpy_of(fast_guided_filter(low_guide, vectors["in.lr_src"], guide, 1, 1e-4, 2, "align_corners"))
    np.testing.assert_allclose(lifted, vectors["out.r1_eps1em4_guide1ch"], atol=8e-5, rtol=0)


@pytest.mark.parametrize("radius", [1, 2, 5])
def test_lines_are_those_of_a_float64_regression(radius, random_images, numpy_of):
    # Far from 0, where E(v^2) - E(v)^2 would be wrong in the third digit.
    guide, source = random_images(1, 6, 7, 1, low=30, high=30.1), random_images(1, 6, 7, 1, seed=1)
    slope, offset = (numpy_of(part)[0, ..., 0] for part in local_lines(guide, source, radius, 1e-4))
    for row, column in np.ndindex(6, 7):
        window = np.s_[max(row - radius, 0) : row + radius + 1, max(column - radius, 0) : column + radius + 1]
        x, y = guide[0, ..., 0][window].astype("float64"), source[0, ..., 0][window].astype("float64")
        expected = np.mean((x - x.mean()) * (y - y.mean())) / (x.var() + 1e-4)
        np.testing.assert_allclose(slope[row, column], expected, rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(offset[row, column] + slope[row, column] * x.mean(), y.mean(), atol=1e-4)


@pytest.mark.parametrize("grid", ["half_pixel", "co_sited", "align_corners"])
def test_source_that_is_linear_in_the_guide_is_restored(grid, random_images, numpy_of):
    guide = random_images(1, 12, 15, 2)
    low_guide = guide[:, ::3, ::3]
    lifted = numpy_of(fast_guided_filter(low_guide, 2 * low_guide + 1, guide, 1, 1e-8, 3, grid))
    np.testing.assert_allclose(lifted, 2 * guide + 1, atol=1e-4)


def test_unknown_grid_is_refused():
    with pytest.raises(ValueError, match=r"grid must be one of half_pixel.*received 'centred'"):
        FastGuidedFilter(1, 0.1, 2, "centred")
