"""Crash-safe writing: write beside, flush, rename."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success rename it onto `path`, on failure remove it.

    A process killed at any moment leaves the old file or the new one, never half of either.

    Args:
        path: the file to create or replace. Its folder is created if it is missing.

    Yields:
        A path in the same folder and with the same suffix, to be written by the caller.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Keras refuses weights under any other ending than this one, which has two parts.
    suffix = ".weights.h5" if target.name.endswith(".weights.h5") else target.suffix
    handle, name = tempfile.mkstemp(prefix=".partial-", suffix=suffix, dir=target.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        umask = os.umask(0)
        os.umask(umask)
        partial.chmod(0o666 & ~umask)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_bytes(path: str | os.PathLike, content: bytes) -> None:
    """Write `content` to `path` so that a kill leaves the old file or the new one."""
    with replacing(path) as partial:
        partial.write_bytes(content)


def write_text(path: str | os.PathLike, content: str) -> None:
    """Write `content` as UTF-8 to `path` so that a kill leaves the old file or the new one."""
    write_bytes(path, content.encode("utf-8"))
