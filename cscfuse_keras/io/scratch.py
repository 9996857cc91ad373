"""Arrays on disk for what does not fit in memory: nameless files, gone with the process however it ends."""

import math
import mmap
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from cscfuse_keras.errors import EnvironmentProblem


def scratch_array(shape: tuple[int, ...], dtype: DTypeLike, folder: Path) -> np.ndarray:
    """An array of zeros in a nameless file, whose pages the system may take out of memory at any time.

    Args:
        shape: of the array.
        dtype: of the array.
        folder: on whose disk it lies.

    Raises:
        EnvironmentProblem: there is no room on the disk.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            # Room is taken now: a full disk would end the process later, when a page is written.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            return np.memmap(file, dtype, "r+", shape=shape)
    except OSError as problem:
        raise EnvironmentProblem(
            f"{folder}: expected room for {size / 1e9:.1f} GB of intermediate pixels, found: {problem.strerror}; free "
            "some, write to another disk, or allow more memory with --memory-limit"
        ) from problem


def forget(array: np.ndarray) -> None:
    """Take the pages of a scratch array out of memory; they come back when needed. Other arrays are left alone."""
    mapping = getattr(array, "_mmap", None)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
