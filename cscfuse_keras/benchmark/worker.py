"""A process that runs one method, so that its memory is its own: python -m cscfuse_keras.benchmark.worker.

It reads pickled jobs from its standard input, and answers each on its standard output.
"""

import os
import pickle
import sys
import time
import warnings
from typing import Any

from cscfuse_keras.benchmark.resident_memory import peak, reset_peak, resident
from cscfuse_keras.errors import CSCFuseError

BAD_ITEM, BAD_METHOD, FAILED, UNWRITTEN, FUSED = "bad item", "bad method", "failed", "unwritten", "fused"
"""How a job ends: its files cannot be read; the method cannot be loaded; it does not fuse this; the result cannot be
written; all is well."""


def main() -> None:
    """Answer jobs until the input ends."""
    jobs = sys.stdin.buffer
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    task, method = pickle.load(jobs)
    runner = Runner(task, method)
    while True:
        try:
            item, path = pickle.load(jobs)
        except EOFError:
            return
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            kind, answer = runner.run(item, path)
        messages = [str(each.message) for each in told if each.category is UserWarning]
        pickle.dump((kind, answer, messages), answers)
        answers.flush()


class Runner:
    """Runs a method on the items of a task; loads and warms it up at the first one."""

    def __init__(self, task: Any, method: Any):
        self.task, self.method = task, method
        self.fuse = None
        self.before = 0.0

    def run(self, item: Any, path: str) -> tuple[str, Any]:
        """Fuse an item and write the result.

        Returns:
            `FUSED` and `(seconds, bytes)`, or how it ended and why.
        """
        try:
            inputs = self.task.read(item)
        except CSCFuseError as problem:
            return BAD_ITEM, str(problem)
        if self.fuse is None:
            # Whoever reads the pictures needs some libraries too: what they take is not the method's.
            self.before = resident()
            try:
                fuse = self.task.fuser(self.method)
            except Exception as problem:
                return BAD_METHOD, _told(problem)
        else:
            fuse = self.fuse
        try:
            if self.fuse is None:
                fuse(*inputs)
                self.fuse = fuse
            reset_peak()
            start = time.perf_counter()
            fused = fuse(*inputs)
            seconds, most = time.perf_counter() - start, peak()
        except Exception as problem:
            return FAILED, f"{item.name}: {_told(problem)}"
        try:
            self.task.write(path, fused)
        except CSCFuseError as problem:
            return UNWRITTEN, str(problem)
        return FUSED, (seconds, max(most - self.before, 0.0) if most == most else most)


def _told(problem: Exception) -> str:
    return str(problem) if isinstance(problem, CSCFuseError) else f"{type(problem).__name__}: {problem}"


if __name__ == "__main__":
    main()
