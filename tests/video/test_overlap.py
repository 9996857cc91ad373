import threading

import pytest

from cscfuse_keras.video.overlap import Ahead, Behind


def test_ahead_gives_all_in_order_and_keeps_few():
    made, taken = [], 0

    def items():
        for k in range(50):
            made.append(k)
            yield k

    ahead = Ahead(items(), 3)
    for item in ahead:
        assert item == taken
        taken += 1
        # Those kept, the one in hand, and the one that waits for room.
        assert len(made) <= taken + 5
    assert taken == 50
    ahead.close()


def test_ahead_raises_after_what_came_before():
    def items():
        yield 1
        raise ValueError("broken")

    given = []
    with pytest.raises(ValueError, match="broken"):
        for item in Ahead(items()):
            given.append(item)
    assert given == [1]


def test_ahead_ends_when_nobody_asks():
    ahead = Ahead(iter(int, 1), 2)
    assert next(iter(ahead)) == 0
    ahead.close()
    assert not ahead._thread.is_alive()


def test_behind_calls_in_order_in_another_thread():
    done = []
    behind = Behind(2)
    for k in range(20):
        behind.put(lambda k: done.append((k, threading.current_thread() is threading.main_thread())), k)
    behind.close()
    behind.check()
    assert done == [(k, False) for k in range(20)]


def test_behind_tells_of_the_error_and_does_no_more():
    def fail():
        raise OSError("full")

    done = []
    behind = Behind(1)
    behind.put(fail)
    with pytest.raises(OSError, match="full"):
        for k in range(5):
            behind.put(done.append, k)
    behind.close()
    with pytest.raises(OSError, match="full"):
        behind.check()
    assert done == []
