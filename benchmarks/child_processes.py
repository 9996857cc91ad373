"""Processes that a script started, so that it kills none but its own (Linux), and what is seen of them meanwhile."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path


def descendants(pid):
    """Numbers of all processes below one."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


@contextlib.contextmanager
def sampling(take: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call a function again and again, so many seconds apart, beside what goes on."""
    end = threading.Event()

    def run():
        while not end.wait(seconds):
            take()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
