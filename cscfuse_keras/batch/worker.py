"""A process that fuses items: python -m cscfuse_keras.batch.worker.

It reads the pickled work and then items from its standard input, and answers each on its standard output. It ends at
once when its input ends: whoever gave it items is gone, and another may be starting over.
"""

import os
import pickle
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO, NoReturn

from cscfuse_keras.batch.living import living
from cscfuse_keras.batch.work import Fusing, Work

READY, UNUSABLE = "ready", "unusable"
"""First answer: items may come; or none can be fused, with the error."""


def main() -> None:
    """Answer items until the input ends."""
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGTERM, _leave)
    jobs = sys.stdin.buffer
    work = pickle.load(jobs)
    items: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with living(work.lock):
        threading.Thread(target=_receive, args=(jobs, items), daemon=True).start()
        try:
            _serve(work, items, answers)
        except SystemExit as stop:
            # The thread still reads, which an orderly end would trip over.
            os._exit(stop.code)


def _serve(work: Work, items: "queue.SimpleQueue[Any]", answers: BinaryIO) -> NoReturn:
    try:
        fuse = Fusing(work)
    except Exception as problem:
        _answer(answers, (UNUSABLE, problem))
        raise SystemExit(1) from None
    _answer(answers, (READY, os.getpid()))
    while True:
        _answer(answers, fuse(items.get()))


def _receive(jobs: BinaryIO, items: "queue.SimpleQueue[Any]") -> None:
    while True:
        try:
            item = pickle.load(jobs)
        except (EOFError, pickle.UnpicklingError):
            os._exit(0)
        items.put(item)


def _answer(answers: BinaryIO, what: Any) -> None:
    pickle.dump(what, answers)
    answers.flush()


def _leave(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
