"""Where results go: a folder, or any URL that fsspec writes to."""

import contextlib
import datetime
import functools
import hashlib
import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from cscfuse_keras.errors import EnvironmentProblem, UsageError
from cscfuse_keras.io.outputs import check_folder

_WHOLE_UPLOADS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "obs"}
"""Stores of objects, which appear when they are whole; elsewhere a file is written beside and renamed."""

_VERSIONS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "created")
"""What stores call that by which a file differs from the one that was there before."""


class Place(Protocol):
    """Where results go.

    Attributes:
        is_remote: whether asking what is there takes long.
    """

    is_remote: bool

    def mark(self, name: str) -> str | None:
        """What tells the file of that name from any that replaces it; None if there is none."""
        ...

    def listed(self, name: str) -> str | None:
        """`mark`, quick for many files of a folder, whose list may be a little old."""
        ...

    def receiving(self, name: str) -> contextlib.AbstractContextManager[Path]:
        """Give the path to write a file to; it is in its place, whole, when the block ends without an error."""
        ...


def place_of(output: str) -> Place:
    """The place that a user names.

    Raises:
        UsageError: it cannot be a folder, or there is no such kind of URL.
        EnvironmentProblem: a package for the URL is not installed, or the folder cannot be written to.
    """
    return RemotePlace(output) if is_url(output) else Folder(Path(output))


def is_url(output: str) -> bool:
    """Whether an output is a URL, such as `s3://bucket/folder`."""
    return "://" in output


class Folder:
    """A folder of this machine, or one that machines share. What is written there must itself be renamed into place."""

    is_remote = False

    def __init__(self, folder: Path):
        check_folder(folder)
        self.folder = folder

    def mark(self, name: str) -> str | None:
        """Number, size and time of the file."""
        try:
            status = (self.folder / name).lstat()
        except OSError:
            return None
        return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"

    def listed(self, name: str) -> str | None:
        """The same as `mark`."""
        return self.mark(name)

    @contextlib.contextmanager
    def receiving(self, name: str) -> Iterator[Path]:
        """Give the place itself: all that fuses files writes them beside and renames them."""
        yield self.folder / name


class RemotePlace:
    """A URL; files are made in a temporary folder and uploaded."""

    is_remote = True

    def __init__(self, url: str):
        try:
            self.system, self.root = importlib.import_module("fsspec.core").url_to_fs(url)
        except ImportError as problem:
            missing = getattr(problem, "name", None) or str(problem)
            raise EnvironmentProblem(
                f"{url}: expected the packages that write there, found a missing one ({missing}); "
                'pip install "cscfuse-keras[remote]" and the one for this kind of URL, such as s3fs or gcsfs'
            ) from None
        except ValueError as problem:
            raise UsageError(f"{url}: expected a URL that fsspec knows, found: {problem}; name another") from None
        self.root = self.root.rstrip("/")
        self._listing = functools.lru_cache(maxsize=4)(self._list)

    def mark(self, name: str) -> str | None:
        """Size and version or time of the file, asked of the store."""
        target = f"{self.root}/{name}"
        self.system.invalidate_cache(str(PurePosixPath(target).parent))
        with self._telling(target):
            try:
                return _version(self.system.info(target))
            except FileNotFoundError:
                return None

    def listed(self, name: str) -> str | None:
        """The same, as of the first question about the file's folder: one request a folder, not one a file."""
        folder = str(PurePosixPath(f"{self.root}/{name}").parent)
        return self._listing(folder).get(PurePosixPath(name).name)

    @contextlib.contextmanager
    def receiving(self, name: str) -> Iterator[Path]:
        """Give a path in a temporary folder, and upload what is written there."""
        target = f"{self.root}/{name}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / PurePosixPath(name).name
            yield path
            with self._telling(target):
                self._upload(path, target)
        self._listing.cache_clear()

    def _upload(self, path: Path, target: str) -> None:
        protocols = self.system.protocol
        if _WHOLE_UPLOADS & set([protocols] if isinstance(protocols, str) else protocols):
            self.system.put_file(str(path), target)
            return
        # The same name for whoever tries again, so that no remains pile up.
        parent, file = str(PurePosixPath(target).parent), PurePosixPath(target).name
        partial = f"{parent}/.partial-{hashlib.sha256(file.encode()).hexdigest()[:16]}"
        self.system.makedirs(parent, exist_ok=True)
        self.system.put_file(str(path), partial)
        self.system.mv(partial, target)

    def _list(self, folder: str) -> dict[str, str]:
        self.system.invalidate_cache(folder)
        with self._telling(folder):
            try:
                entries: list[dict[str, Any]] = self.system.ls(folder, detail=True)
            except FileNotFoundError:
                return {}
        return {PurePosixPath(each["name"]).name: _version(each) for each in entries if each["type"] == "file"}

    @contextlib.contextmanager
    def _telling(self, target: str) -> Iterator[None]:
        """Say where it was that a store did not do what we asked."""
        try:
            yield
        except OSError as problem:
            raise EnvironmentProblem(
                f"{target}: expected a store that takes files, found: {problem}; check the URL and your rights there"
            ) from problem


def _version(entry: dict[str, Any]) -> str:
    known = next((entry[field] for field in _VERSIONS if entry.get(field)), "")
    if isinstance(known, datetime.datetime):
        # Some stores tell times in two ways.
        known = known.timestamp()
    return f"{entry['size']}-{known}"
