"""Work done in a thread of its own beside another, with a few items between the two."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
_END = object()
_PATIENCE = 0.1  # seconds until a thread that waits looks whether it is still wanted


class Ahead(Generic[Item]):
    """Iterates over items that a thread makes ahead; errors of making them are raised where they are asked for.

    Args:
        items: to be made; iterated in the thread.
        most: made and not yet asked for.
    """

    def __init__(self, items: Iterable[Item], most: int = 4):
        self._items = items
        self._made: queue.Queue = queue.Queue(most)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        """Give the items in order."""
        while True:
            item, problem = self._made.get()
            if problem is not None:
                raise problem
            if item is _END:
                return
            yield item

    def close(self) -> None:
        """End the thread, whether or not items are left."""
        self._stopped.set()
        self._thread.join()

    def _make(self) -> None:
        try:
            for item in self._items:
                if not self._put((item, None)):
                    return
            self._put((_END, None))
        except BaseException as problem:
            self._put((None, problem))

    def _put(self, made) -> bool:
        while not self._stopped.is_set():
            try:
                self._made.put(made, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False


class Behind:
    """Takes calls, which a thread makes in order.

    Args:
        most: taken and not yet made; `put` waits while there are so many.
    """

    def __init__(self, most: int = 4):
        self._taken: queue.Queue = queue.Queue(most)
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, call: Callable, *arguments: Any) -> None:
        """Hand a call over.

        Raises:
            Exception: whatever an earlier call raised.
        """
        self.check()
        self._taken.put((call, arguments))

    def check(self) -> None:
        """Raise what a call raised.

        Raises:
            Exception: that.
        """
        if self._problem is not None:
            raise self._problem

    def close(self) -> None:
        """Wait until all calls are made, and end the thread."""
        if self._thread.is_alive():
            self._taken.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (taken := self._taken.get()) is not None:
            # After an error calls are taken still, so that nobody waits for room.
            if self._problem is None:
                call, arguments = taken
                try:
                    call(*arguments)
                except BaseException as problem:
                    self._problem = problem
