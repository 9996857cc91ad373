"""Keeping large blocks of memory instead of returning them to the system after every operation."""

import ctypes
import functools
import platform

# Parameters of glibc's mallopt (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST = 2**31 - 1


@functools.cache
def keep_large_blocks() -> None:
    """Let the C library reuse blocks of tens of megabytes.

    Codes of 640x480 pixels take 79 MB each. By default each is mapped anew and filled with zeros page by page, which
    costs a third of the time of fusing a pair. Only glibc can be told; elsewhere this does nothing.
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _LARGEST)
