"""A worker's process, seen from the one that gives it items."""

import contextlib
import os
import pickle
import subprocess
import sys
from typing import Any, Self

from cscfuse_keras.batch.work import FAILED, Item, Outcome, Work
from cscfuse_keras.batch.worker import UNUSABLE
from cscfuse_keras.cluster import MOST_ATTEMPTS
from cscfuse_keras.errors import EnvironmentProblem

_BROKEN = (EOFError, BrokenPipeError, ConnectionResetError, pickle.UnpicklingError)


class Stopped(Exception):
    """The worker was ended from outside while it had an item."""


class WorkerProcess:
    """Fuses items in a process of its own, which is started anew where it died.

    Args:
        work: what all items have in common.
    """

    def __init__(self, work: Work):
        self.work = work
        self._process: subprocess.Popen | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        """The process starts with the first item."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.stop()

    def fuse(self, item: Item) -> Outcome:
        """Fuse an item; if the process dies, another one tries again.

        Raises:
            CSCFuseError: no item can be fused, for what the error tells.
            Stopped: `stop` was called meanwhile.
        """
        code = None
        for _ in range(MOST_ATTEMPTS):
            process = self._running()
            try:
                _tell(process, item)
                return pickle.load(process.stdout)
            except _BROKEN:
                code = self._buried(process)
        return died(item, f"code {code}")

    def stop(self) -> None:
        """End the process, from any thread; it removes what is half done."""
        self._stopped = True
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _running(self) -> subprocess.Popen:
        """The process, ready for items."""
        code = None
        for _ in range(MOST_ATTEMPTS):
            if self._stopped:
                raise Stopped
            if self._process is not None:
                return self._process
            process = self._process = _started(self.work)
            try:
                _tell(process, self.work)
                kind, answer = pickle.load(process.stdout)
            except _BROKEN:
                code = self._buried(process)
                continue
            if kind == UNUSABLE:
                self._buried(process)
                raise answer
        if self._process is None:
            raise EnvironmentProblem(
                f"worker: expected a process that loads the preset, found that it ended with code {code} "
                f"{MOST_ATTEMPTS} times; it may lack memory: give fewer --workers"
            )
        return self._process

    def _buried(self, process: subprocess.Popen) -> int:
        """The code that a process ended with; it is not used again."""
        if self._stopped:
            raise Stopped
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()
        process.stdout.close()
        self._process = None
        return process.wait()


def died(item: Item, how: str) -> Outcome:
    """The outcome of an item that no worker survived."""
    problem = EnvironmentProblem(
        f"{item.output}: expected a worker that survives it, found that {MOST_ATTEMPTS} ended ({how}); it may take too "
        "much memory: give --memory-limit or fewer --workers, and --retry"
    )
    return Outcome(item.id, FAILED, problem=str(problem), exit_code=problem.exit_code)


def _started(work: Work) -> subprocess.Popen:
    return subprocess.Popen(
        # Its imports do not depend on the folder that the command runs in.
        [sys.executable, "-P", "-m", "cscfuse_keras.batch.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if "--debug" in sys.argv else subprocess.DEVNULL,
        env={**os.environ, **work.environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        # Ctrl-C is for this process, which then ends that one.
        start_new_session=True,
    )


def _tell(process: subprocess.Popen, what: Any) -> None:
    pickle.dump(what, process.stdin)
    process.stdin.flush()
