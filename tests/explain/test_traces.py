import numpy as np
import pytest

from cscfuse_keras.explain import ChannelGroup, Contributions, StackTrace, UnitTrace
from cscfuse_keras.layers.space_to_depth import space_to_depth


def unit_of(code, residual=None, **values):
    image = np.ones((1, *code.shape[1:3], 1), np.float32)
    empty = dict.fromkeys(("threshold", "slope", "atoms", "transposition", "receptive_field"))
    return UnitTrace(
        "unit", "soft_threshold", image, image if residual is None else residual, code, **{**empty, **values}
    )


def stack_of(*norms):
    code = np.zeros((1, 2, 2, 1), np.float32)
    units = [unit_of(code, np.full((1, 2, 2, 1), norm, np.float32)) for norm in norms]
    return StackTrace("image", "coder", ("one",), (ChannelGroup("grey", (0,)),), tuple(units))


def test_figures_of_a_code():
    code = np.zeros((1, 2, 2, 3), np.float32)
    code[0, 0, 0], code[0, 1, 1, 1] = (3, 0, 0), -4
    unit = unit_of(code, threshold=np.array([0.1, 0.0, -0.2]))
    assert unit.sparsity == 10 / 12
    assert unit.energy == 25 / 4
    np.testing.assert_array_equal(unit.channel_energy, [9 / 4, 16 / 4, 0])
    assert unit.active_channels == 2
    assert unit.active_thresholds == 1


def test_residual_norms_are_shares_of_the_image():
    assert stack_of(1, 0.5, 0.25).residual_norms == (1, 0.5, 0.25)
    assert stack_of(1, 0.5, 0.25).residuals_fall
    assert not stack_of(1, 0.5, 0.5).residuals_fall
    black = unit_of(np.zeros((1, 2, 2, 1)))
    object.__setattr__(black, "image", np.zeros((1, 2, 2, 1)))
    assert np.isnan(black.residual_norm)


def test_reach_is_where_nine_tenths_lie():
    field = np.zeros((1, 7, 7, 1))
    field[0, 3, 3], field[0, 3, 5] = 0.85, -0.1
    assert unit_of(np.zeros((1, 2, 2, 1)), receptive_field=field).reach == 2
    field[0, 3, 5] = -0.01
    assert unit_of(np.zeros((1, 2, 2, 1)), receptive_field=field).reach == 0


def test_a_group_of_squares_shows_the_finer_image(random_images):
    image = random_images(1, 6, 9, 2)
    squares = np.asarray(space_to_depth(image, 3))
    values = np.concatenate([np.zeros((1, 2, 3, 4)), squares], axis=-1)
    group = ChannelGroup("guide", tuple(range(4, 22)), 3)
    np.testing.assert_allclose(group.picture(values)[0], image[0].mean(axis=-1), atol=1e-6)


@pytest.fixture
def contributions(random_images):
    parts = random_images(3, 8, 9, 2, low=-1)
    return Contributions(("a", "b", "c"), parts, 0.5, 0.5 + parts.sum(axis=0), {"x": (0, 1), "y": (2,)}, "")


def test_shares_add_up(contributions):
    shares = contributions.shares((2, 1, 4, 3))
    assert sum(share.variation for share in shares) == pytest.approx(1)
    window = contributions.fused[1:4, 2:6]
    assert 0.5 + sum(share.brightness for share in shares) == pytest.approx(window.mean(), abs=1e-6)
    by_source = contributions.source_shares((2, 1, 4, 3))
    assert [share.name for share in by_source] == ["x", "y"]
    assert by_source[0].brightness == pytest.approx(shares[0].brightness + shares[1].brightness)
    assert sum(share.variation for share in by_source) == pytest.approx(1)


def test_a_part_that_does_not_vary_has_no_share_of_variation(contributions):
    parts = contributions.parts.copy()
    parts[1] = 0.25
    given = Contributions(("a", "b", "c"), parts, 0.0, parts.sum(axis=0), {"x": (0,)}, "")
    assert given.shares((0, 0, 9, 8))[1].variation == pytest.approx(0, abs=1e-6)
    assert given.shares((0, 0, 9, 8))[1].brightness == 0.25


def test_a_pixel_has_no_variation(contributions):
    assert all(np.isnan(share.variation) for share in contributions.shares((3, 4, 1, 1)))
    assert contributions.shares((3, 4, 1, 1))[2].brightness == pytest.approx(contributions.parts[2, 4, 3].mean())


def test_what_does_not_add_up_is_told(contributions):
    wrong = Contributions(("a",), contributions.parts[:1], 0.5, contributions.fused, {"a": (0,)}, "")
    assert wrong.remainder > 0.5
    assert contributions.remainder < 1e-6


def test_sources_that_give_nothing_share_equally():
    nothing = Contributions(
        ("a", "b"), np.zeros((2, 4, 4, 1)), 0.5, np.full((4, 4, 1), 0.5), {"a": (0,), "b": (1,)}, ""
    )
    np.testing.assert_array_equal(nothing.share_maps, np.full((2, 4, 4), 0.5))
