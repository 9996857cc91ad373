"""Whether workers of an earlier run still live: one that was killed leaves them for a moment."""

import contextlib
import functools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.io.locks import lock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


@contextlib.contextmanager
def living(path: Path) -> Iterator[None]:
    """Hold a file, together with other workers; where the file system has no locks, nothing is held."""
    descriptor = None
    with contextlib.suppress(OSError):
        if fcntl is not None:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            # A process that a library splits off may outlive the worker, and would hold it still.
            os.register_at_fork(after_in_child=functools.partial(os.close, descriptor))
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def wait_for_workers(path: Path, seconds: float = 60) -> None:
    """Wait until no worker holds the file.

    Raises:
        EnvironmentProblem: one still does.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return
    try:
        end = time.monotonic() + seconds
        while True:
            try:
                lock(descriptor)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise EnvironmentProblem(
                        f"{path}: expected the workers of an earlier run to have ended, found some that still work; "
                        "wait until they have, or end them"
                    ) from None
                time.sleep(0.05)
            except OSError:
                return
            else:
                return
    finally:
        os.close(descriptor)
