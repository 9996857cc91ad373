"""One process at a time on one output: a lock that ends with its process, however that ends."""

import contextlib
import errno
import hashlib
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from cscfuse_keras.errors import EnvironmentProblem

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_NAME = ".cscfuse-lock"
_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK}


def lock(descriptor: int) -> None:
    """Lock an open file or folder for as long as it is open.

    Raises:
        BlockingIOError: another process has the lock.
        OSError: the system or the file system has no locks.
    """
    if fcntl is None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise BlockingIOError(*problem.args) if problem.errno in _HELD else problem from None


def is_path_of(path: Path, descriptor: int) -> bool:
    """Whether a path still leads to an open file or folder: another process may have removed it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def locked(folder: Path, file: str = "") -> Iterator[None]:
    """Hold a folder, or one file to be, against other processes that write it.

    Where the file system has no locks, nothing is held.

    Args:
        folder: made if it is missing, and removed if it is still empty then.
        file: name of a file in it; without one the whole folder is held.

    Raises:
        EnvironmentProblem: another process holds it, or the folder cannot be written to.
    """
    folder = folder.absolute()
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    # Names may be as long as the file system allows, so that nothing can be added to them.
    name = f"{_NAME}-{hashlib.sha256(os.fsencode(file)).hexdigest()[:16]}" if file else _NAME
    try:
        descriptor = _open(folder, folder / name)
    except BlockingIOError:
        raise EnvironmentProblem(
            f"{folder / file}: expected no other process that writes there, found {_holder(folder / name)}; "
            "wait until it has ended, or name another output"
        ) from None
    except OSError as problem:
        raise EnvironmentProblem(
            f"{folder}: expected a folder to write to, found: {problem.strerror}; "
            "check its permissions and free space, or name another"
        ) from problem
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
        os.close(descriptor)
        with contextlib.suppress(OSError):
            for each in made:
                each.rmdir()


def _open(folder: Path, path: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            lock(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            raise
        except OSError:
            return descriptor
        if is_path_of(path, descriptor):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {platform.node()}".encode())
            return descriptor
        # Whoever had it has removed it in between.
        os.close(descriptor)


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text() or "another process"
    return "another process"
