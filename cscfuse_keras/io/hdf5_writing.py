"""HDF5 files that are written on a disk that may become full."""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py


@contextlib.contextmanager
def writing_hdf5(path: str | os.PathLike, mode: str = "w") -> Iterator[tuple[h5py.File, Callable[[], None]]]:
    """Open an HDF5 file for writing.

    The HDF5 library takes the whole process down where it cannot close a file. Therefore it is told that all is well,
    and the problem is raised by the check, which is to be called after every large piece, and at the end.

    Args:
        path: the file.
        mode: `"w"` to make it anew, `"r+"` to go on with it.

    Yields:
        The open file, and the check.

    Raises:
        OSError: the file could not be written; it ends where that happened.
    """
    with _Disk(Path(path), mode) as disk:
        with h5py.File(disk, mode) as file:
            yield file, disk.check
        disk.check()


class _Disk(io.RawIOBase):
    """A file whose writing does not fail: what does not fit on the disk is kept in memory."""

    def __init__(self, path: Path, mode: str):
        super().__init__()
        self.file = path.open("w+b" if mode == "w" else "r+b", buffering=0)
        self.problem: OSError | None = None
        self.position = 0
        self.kept: list[tuple[int, bytes]] = []

    def close(self) -> None:
        self.file.close()
        super().close()

    def check(self) -> None:
        """Raise what went wrong."""
        if self.problem:
            raise self.problem

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            offset += max([self.file.seek(0, os.SEEK_END), *(start + len(data) for start, data in self.kept)])
        elif whence == os.SEEK_CUR:
            offset += self.position
        self.position = offset
        return offset

    def tell(self) -> int:
        return self.position

    def write(self, data) -> int:
        data, written = memoryview(data).cast("B"), 0
        while written < len(data):
            if self.problem:
                # In order, so that the file on the disk is that of one moment.
                self.kept.append((self.position + written, bytes(data[written:])))
                break
            try:
                self.file.seek(self.position + written)
                written += self.file.write(data[written:])
            except OSError as problem:
                self.problem = problem
        self.position += len(data)
        return len(data)

    def readinto(self, buffer) -> int:
        whole = memoryview(buffer).cast("B")
        self.file.seek(self.position)
        count = self.file.readinto(whole) or 0
        for start, data in self.kept:
            first, last = max(start, self.position), min(start + len(data), self.position + len(whole))
            if first < last:
                whole[first - self.position : last - self.position] = data[first - start : last - start]
                count = max(count, last - self.position)
        self.position += count
        return count

    def truncate(self, size: int | None = None) -> int:
        if not self.problem:
            try:
                self.file.truncate(size)
            except OSError as problem:
                self.problem = problem
        return self.position if size is None else size
