"""Crash-safe writing: write beside, flush, rename."""

import contextlib
import errno
import functools
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError, printable
from cscfuse_keras.io.locks import is_path_of, lock

_PREFIX = ".partial-"
_NAME = re.compile(re.escape(_PREFIX) + r"\w{8}")
_ALMOST_FULL = 2**20


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success rename it onto `path`, on failure remove it.

    A process killed at any moment leaves the old file or the new one, never half of either; what else it leaves is
    removed by the next process that writes into the folder.

    Args:
        path: the file to create or replace. Its folder is created if it is missing.

    Yields:
        A path of the same name, in a folder beside, to be written by the caller.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    target = Path(path)
    with writing_problems(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_folder(target.parent) as folder:
            partial = folder / target.name
            yield partial
            sync(partial)
            partial.replace(target)
            sync(target.parent)


def write_bytes(path: str | os.PathLike, content: bytes) -> None:
    """Write `content` to `path` so that a kill leaves the old file or the new one."""
    with replacing(path) as partial:
        partial.write_bytes(content)


def write_text(path: str | os.PathLike, content: str) -> None:
    """Write `content` as UTF-8 to `path` so that a kill leaves the old file or the new one."""
    write_bytes(path, content.encode("utf-8"))


@contextlib.contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Make a folder in another one, and remove it at the end.

    It is locked meanwhile: folders of this kind whose lock is free were left by processes that died, and are removed.

    Raises:
        OSError: whatever a library raised because there is no space left.
    """
    _sweep(parent.absolute())
    folder, descriptor = _locked_folder(parent)
    try:
        yield folder
    except Exception as problem:
        if _is_disk_full(problem, folder):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from problem
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


@contextlib.contextmanager
def writing_problems(target: Path) -> Iterator[None]:
    """Tell which file or folder it is that the operating system does not let us write.

    Raises:
        EnvironmentProblem: instead of OSError.
    """
    try:
        yield
    except OSError as problem:
        kind = "folder" if target.is_dir() else "file"
        found = os.strerror(problem.errno) if problem.errno else problem
        raise EnvironmentProblem(
            f"{printable(str(target))}: expected to write the {kind}, found: {found}; "
            "check the folder's permissions and its free space"
        ) from problem


def _is_disk_full(problem: Exception, folder: Path) -> bool:
    """Whether an error came of a full disk: not all libraries say so, but what they wrote still fills it."""
    if isinstance(problem, (InputError, UsageError, EnvironmentProblem)) or getattr(problem, "errno", None):
        return False
    return shutil.disk_usage(folder).free < _ALMOST_FULL


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk: a power cut would lose it."""
    if path.is_dir():
        # Not every system opens folders, nor every file system writes them out.
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    else:
        with path.open("rb+") as written:
            os.fsync(written.fileno())


def _locked_folder(parent: Path) -> tuple[Path, int | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        if os.name == "nt":
            return folder, None
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                lock(descriptor)
            except BlockingIOError:
                os.close(descriptor)
                continue
            except OSError:
                return folder, descriptor
            if is_path_of(folder, descriptor):
                return folder, descriptor
            # Taken for one that was left, before it was locked.
            os.close(descriptor)


@functools.lru_cache(maxsize=1024)
def _sweep(parent: Path) -> None:
    """Remove what dead processes left in a folder, once a process: it may hold many files."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        left = [Path(entry) for entry in entries if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)]
        for folder in left:
            with contextlib.suppress(OSError):
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    # Where this fails, its process lives, or the file system has no locks to tell by.
                    lock(descriptor)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(descriptor)
