"""Stopping a training when it is asked to: by Ctrl-C, or by SIGTERM, as schedulers of jobs do."""

import contextlib
import dataclasses
import signal
import threading
from collections.abc import Iterator


class Stopped(KeyboardInterrupt):
    """A training was asked to stop, and did, at a checkpoint."""


@dataclasses.dataclass
class StopRequest:
    """Whether the training is to stop."""

    made: bool = False


@contextlib.contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Note Ctrl-C and SIGTERM instead of ending at once; the second time they end at once.

    Only the main thread hears of signals; in others nothing is noted.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def give_back():
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number, frame):
        request.made = True
        give_back()

    for number in before:
        signal.signal(number, note)
    try:
        yield request
    finally:
        give_back()
