import threading
import time

import pytest

from cscfuse_keras.tasks.parallel import in_order, one_at_a_time


def test_results_come_in_order_with_their_errors():
    def slow_first(item):
        time.sleep(0.05 if item == 0 else 0)
        if item == 2:
            raise ValueError(item)
        return 10 * item

    found = list(in_order(slow_first, range(5), threads=3))
    assert [item for item, _ in found] == [0, 1, 2, 3, 4]
    assert all(future.done() for _, future in found)
    assert [future.result() for item, future in found if item != 2] == [0, 10, 30, 40]
    with pytest.raises(ValueError, match="2"):
        found[2][1].result()


def test_items_run_side_by_side():
    meeting = threading.Barrier(2, timeout=5)
    assert len([future.result() for _, future in in_order(lambda _: meeting.wait(), range(4), threads=2)]) == 4


def test_few_results_wait():
    made = []
    results = in_order(lambda item: made.append(item), range(100), threads=2)
    next(results)
    time.sleep(0.05)
    assert len(made) <= 3


def test_what_is_left_when_nobody_asks_further_is_not_begun():
    made = []
    results = in_order(lambda item: made.append(item), iter(range(100)), threads=1)
    next(results)
    results.close()
    assert len(made) <= 2


def test_one_at_a_time():
    inside, most = [], []

    @one_at_a_time
    def alone(item):
        inside.append(item)
        most.append(len(inside))
        time.sleep(0.01)
        inside.remove(item)
        return item

    assert [future.result() for _, future in in_order(alone, range(6), threads=3)] == list(range(6))
    assert max(most) == 1
