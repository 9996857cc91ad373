"""Workers on this machine."""

import contextlib
import os
import queue
import threading
from collections.abc import Iterator

from cscfuse_keras.batch.work import Item, Outcome, Work
from cscfuse_keras.batch.worker_process import Stopped, WorkerProcess


def default_workers() -> int:
    """Half of the processors: each worker computes on several at once."""
    return max(1, (os.cpu_count() or 1) // 2)


def run_local(items: Iterator[Item], work: Work, workers: int) -> Iterator[Outcome]:
    """Fuse items in processes of this machine.

    An item is taken when there is, or soon will be, a worker for it; so few wait at any time.

    Args:
        items: what to fuse.
        work: what they have in common.
        workers: how many processes.

    Yields:
        What became of each, as they end.

    Raises:
        CSCFuseError: no item can be fused, for what the error tells.
    """
    todo: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Outcome | Exception] = queue.SimpleQueue()
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(WorkerProcess(work)) for _ in range(workers)]
        for process in processes:
            threading.Thread(target=_serve, args=(process, todo, done), daemon=True).start()
        waiting = 0
        more = True
        while True:
            while more and waiting < 2 * workers:
                item = next(items, None)
                more = item is not None
                if item is not None:
                    todo.put(item)
                    waiting += 1
            if not waiting:
                break
            outcome = done.get()
            if isinstance(outcome, Exception):
                raise outcome
            waiting -= 1
            yield outcome
        for _ in processes:
            todo.put(None)


def _serve(
    process: WorkerProcess, todo: "queue.SimpleQueue[Item | None]", done: "queue.SimpleQueue[Outcome | Exception]"
) -> None:
    while (item := todo.get()) is not None:
        try:
            done.put(process.fuse(item))
        except Stopped:
            return
        except Exception as problem:
            done.put(problem)
