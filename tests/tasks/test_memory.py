import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem, UsageError
from cscfuse_keras.tasks import memory
from cscfuse_keras.tasks.memory import ENGINE, SMALLEST_TILE, Memory, checked_tile


@pytest.fixture
def taken(monkeypatch):
    monkeypatch.setattr(memory, "_taken", lambda: 1_000_000)


def test_arrays_go_to_disk_where_they_would_take_more_than_half_of_what_is_left(taken, tmp_path):
    room = Memory(3_000_000, tmp_path)
    assert room.left() == 2_000_000
    assert not isinstance(room.array((250_000,)), np.memmap)
    stored = room.array((251, 1000))
    assert isinstance(stored, np.memmap)
    assert (stored.shape, stored.dtype) == ((251, 1000), np.float32)


def test_pictures_are_moved_to_disk_where_no_other_fits(taken, tmp_path):
    picture = np.arange(200_000, dtype=np.uint8).reshape(400, 500)
    assert Memory(2_000_000, tmp_path).kept(picture) is picture
    moved = Memory(1_100_000, tmp_path).kept(picture)
    assert isinstance(moved, np.memmap)
    np.testing.assert_array_equal(moved, picture)


def test_tiles_are_halved_until_they_fit(taken, tmp_path):
    size = 10_000, 10_000
    for side in (1024, 512, 100):
        room = Memory(1_000_000 + ENGINE + 10 * (side + 20) ** 2, tmp_path)
        assert room.tile(1024, 10, 10, size) == max(SMALLEST_TILE, 1024 // 2 ** int(np.ceil(np.log2(1024 / side))))
    # A picture smaller than a tile takes no more than it has pixels.
    assert Memory(1_000_000 + ENGINE + 10 * 30 * 40, tmp_path).tile(1024, 10, 10, (30, 40)) == 1024


def test_too_little_for_the_smallest_tiles(taken, tmp_path):
    with pytest.raises(EnvironmentProblem, match=r"151 MB .* 49 MB left of 50 MB.*--memory-limit"):
        Memory(50_000_000, tmp_path).tile(1024, 10, 100, (5000, 5000))


def test_sides_that_are_none():
    assert checked_tile(None, 512) == 512
    assert checked_tile(7, 512) == 7
    with pytest.raises(UsageError, match="tile: expected at least 1"):
        checked_tile(0, 512)


def test_memory_of_the_process_is_known():
    before = memory._taken()
    block = np.ones(50_000_000, np.uint8)
    assert memory._taken() - before > 40_000_000
    del block
