"""When blocks of memory return to the system: not after every operation, but when memory is short."""

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
    library = _glibc()
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _LARGEST)


def return_free_blocks() -> None:
    """Give the system back what the C library keeps; only glibc can be told, elsewhere this does nothing."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
