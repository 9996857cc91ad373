import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.tasks.stretch import percentile_limits, stretch


@pytest.mark.parametrize(("shares", "name"), [((), "default"), ((0.1, 0.9), "a01_b09")])
@pytest.mark.parametrize("scale", [1, 255])
def test_golden_pictures_are_the_truncated_stretch(golden, shares, name, scale):
    vectors = golden("06_post_process")
    image = vectors["in.image_hwc_0_255"] / np.float32(scale)
    stretched = stretch(image, *percentile_limits(image, *shares))
    assert stretched.dtype == np.float32
    np.testing.assert_array_equal((255 * stretched).astype(np.uint8), vectors[f"out.{name}_uint8"])


def test_golden_limits(golden):
    vectors = golden("06_post_process")
    limits = percentile_limits(vectors["in.image_hwc_0_255"])
    np.testing.assert_array_equal(limits, vectors["out.low_high_default"])


def test_limits_by_hand():
    image = np.random.default_rng(0).permutation(np.arange(200, dtype=np.float32)).reshape(10, 20)
    assert percentile_limits(image) == (1, 199)
    assert percentile_limits(image, 0.1, 0.5) == (20, 100)
    assert percentile_limits(image, 0, 1) == (0, 199)


def test_stretch_by_hand():
    np.testing.assert_allclose(stretch(np.array([0.1, 0.2, 0.3, 0.7, 0.9]), 0.2, 0.7), [0, 0, 0.2, 1, 1])


def test_tiles_equal_the_whole():
    image = np.random.default_rng(0).random((12, 10, 3), dtype=np.float32)
    limits = percentile_limits(image)
    tiles = [stretch(tile, *limits) for tile in np.split(image, 3)]
    np.testing.assert_array_equal(np.concatenate(tiles), stretch(image, *limits))


def test_constant_image_is_kept():
    image = np.full((4, 5, 3), 0.4, np.float32)
    np.testing.assert_array_equal(stretch(image, *percentile_limits(image)), image)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (-0.1, 0.9), (0.1, 1.1), (0.1, float("nan"))])
def test_wrong_shares_are_refused(shares):
    with pytest.raises(UsageError, match="0 <= low < high <= 1"):
        percentile_limits(np.zeros((2, 2)), *shares)


@pytest.mark.parametrize("values", [[-2.5, -0.0, 0.0, 1e-40, 3.0], [0.5] * 7, [-1.0, -3.0, 2.0, -1.0]])
def test_limits_are_elements_of_the_sorted_image(values):
    image = np.array(values, np.float32)
    for share in np.linspace(0.05, 1, 20):
        rank = min(int(image.size * share), image.size - 1)
        assert percentile_limits(image, 0, share) == (image.min(), np.sort(image)[rank])


def test_limits_of_an_image_in_many_chunks(monkeypatch):
    from cscfuse_keras.tasks import stretch as module

    image = np.random.default_rng(0).normal(size=(40, 30, 3)).astype(np.float32)
    whole = percentile_limits(image)
    monkeypatch.setattr(module, "_CHUNK", 17)
    assert percentile_limits(image) == whole
