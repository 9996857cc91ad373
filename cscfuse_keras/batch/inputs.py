"""Whether an item's files are those that they were."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.cubes import file_of


def stamp(sources: Iterable[Path]) -> str:
    """Sizes and times of all files: where these agree, nobody reads the files again."""
    return json.dumps([_status(file) for source in sources for file in _files(source)])


def content_hash(sources: Sequence[Path]) -> str:
    """SHA-256 over what the files hold, in their order; where they lie does not count.

    Raises:
        InputError: one cannot be read.
    """
    total = hashlib.sha256()
    for source in sources:
        total.update(f"\n{_inside(source)}".encode("utf-8", "surrogateescape"))
        for file in _files(source):
            try:
                with file.open("rb") as opened:
                    total.update(hashlib.file_digest(opened, "sha256").digest())
            except OSError as problem:
                raise InputError(f"{file}: expected a file, found: {problem.strerror}; check the path") from None
    return total.hexdigest()


def _files(source: Path) -> Iterator[Path]:
    """The file that is read, or the files of a folder of band pictures."""
    file = file_of(source)
    if file.is_dir():
        yield from sorted(path for path in file.iterdir() if not path.name.startswith(".") and path.is_file())
    else:
        yield file


def _inside(source: Path) -> str:
    """The name of the array, for a source that is one of those in a file."""
    return str(source).removeprefix(str(file_of(source)))


def _status(file: Path) -> list[int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
