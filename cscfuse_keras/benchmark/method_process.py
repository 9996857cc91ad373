"""The process of a method, seen from the one that asks it to fuse."""

import contextlib
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Self

from cscfuse_keras.benchmark.worker import BAD_METHOD, FAILED


class MethodProcess:
    """Runs a method in a process of its own, which is started anew where it died.

        with MethodProcess(task, method) as process:
            kind, answer = process.fuse(item, path)

    Args:
        task: whose items are fused; it goes to the process by pickle, as the method does.
        method: what fuses.
    """

    def __init__(self, task: Any, method: Any):
        self.task, self.method = task, method
        self._process: subprocess.Popen | None = None
        self._answered = False

    def __enter__(self) -> Self:
        """The process starts with the first item."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it does."""
        self._end()

    def fuse(self, item: Any, path: Path) -> tuple[str, Any]:
        """Fuse an item.

        Args:
            item: of the task.
            path: of the result; its folder must be there.

        Returns:
            How it ended, as `cscfuse_keras.benchmark.worker` tells, and `(seconds, bytes)` or the reason.
        """
        process = self._process or self._start()
        try:
            self._tell((item, os.fspath(path)))
            kind, answer, messages = pickle.load(process.stdout)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            code = self._end()
            # One that cannot even fuse its first item will not do better with the next.
            kind = FAILED if self._answered else BAD_METHOD
            return kind, f"{item.name}: its process ended by itself, code {code}; it may have run out of memory"
        self._answered = True
        for message in messages:
            warnings.warn(message, stacklevel=2)
        return kind, answer

    def _start(self) -> subprocess.Popen:
        self._process = subprocess.Popen(
            # Its imports do not depend on the folder that the command runs in.
            [sys.executable, "-P", "-m", "cscfuse_keras.benchmark.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C is for this process, which then ends that one.
            start_new_session=True,
        )
        self._tell((self.task, self.method))
        return self._process

    def _tell(self, what: Any) -> None:
        pickle.dump(what, self._process.stdin)
        self._process.stdin.flush()

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            # One that died has its own code; one that waits for a job ends with its input.
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        return process.returncode
