"""Checks of outputs, before the work starts."""

from collections.abc import Iterable
from pathlib import Path

from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.cube_files import CUBE_SUFFIXES
from cscfuse_keras.io.pictures import DEPTHS, FORMATS


def check_absent(output: Path, overwrite: bool) -> None:
    """Refuse an output that exists.

    Raises:
        UsageError: it exists and `overwrite` is off.
    """
    if output.exists() and not overwrite:
        raise UsageError(f"{output}: expected no file there, found one; add --overwrite or name another output")


def check_picture(output: Path, sources: Iterable[Path], overwrite: bool) -> None:
    """Refuse a picture file that cannot be written, or may not be.

    Args:
        output: the file to write.
        sources: the files that it is made from.
        overwrite: whether it may exist.

    Raises:
        UsageError: it is of a format that is not written, or one of the sources, or exists and `overwrite` is off.
    """
    if FORMATS.get(output.suffix.lower()) not in DEPTHS:
        raise UsageError(f"{output}: expected a name ending in .png, .jpg, .bmp or .tif, found {output.suffix!r}")
    _check_place(output, sources, overwrite)


def check_cube(output: Path, sources: Iterable[Path], overwrite: bool) -> None:
    """Refuse a file of many bands that cannot be written, or may not be; see `check_picture`."""
    if output.suffix.lower() not in CUBE_SUFFIXES:
        raise UsageError(
            f"{output}: expected a name ending in {', '.join(CUBE_SUFFIXES)}, found {output.suffix!r}; rename it"
        )
    _check_place(output, sources, overwrite)


def _check_place(output, sources, overwrite):
    if any(output.exists() and source.exists() and output.samefile(source) for source in sources):
        raise UsageError(f"{output}: expected an output beside the inputs, found an input itself; name another")
    check_absent(output, overwrite)
