"""Work on many items at once, whose results come one after the other."""

import collections
import functools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_THREADS = 4
"""Each holds images, and metrics hold some ten maps of their size."""


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None
) -> Iterator[tuple[Item, Future[Result]]]:
    """Call a function on items in threads.

    Few results wait at any time, however slowly they are taken.

    Args:
        function: what to call; most of its time must be spent where Python's lock is free, as in NumPy and OpenCV.
        items: its arguments.
        threads: how many; by default one a processor, up to four.

    Yields:
        Each item with its future, which is done, in the order of the items.
    """
    count = threads or min(MOST_THREADS, os.cpu_count() or 1)
    waiting: collections.deque[tuple[Item, Future[Result]]] = collections.deque()
    pool = ThreadPoolExecutor(count)
    try:
        for item in items:
            waiting.append((item, pool.submit(function, item)))
            if len(waiting) > count:
                yield _done(waiting.popleft())
        while waiting:
            yield _done(waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def one_at_a_time(function: Callable[..., Result]) -> Callable[..., Result]:
    """A function that threads wait for: one that fuses keeps memory between calls, and uses all processors."""
    lock = threading.Lock()

    @functools.wraps(function)
    def alone(*arguments: Any) -> Result:
        with lock:
            return function(*arguments)

    return alone


def _done(pair):
    pair[1].exception()
    return pair
