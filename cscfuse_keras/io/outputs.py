"""Checks of outputs, before the work starts."""

import os
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from cscfuse_keras.errors import EnvironmentProblem, UsageError
from cscfuse_keras.io.cube_files import CUBE_SUFFIXES
from cscfuse_keras.io.cubes import file_of
from cscfuse_keras.io.paths import existing_folder, is_folder
from cscfuse_keras.io.pictures import DEPTHS, FORMATS

Identity = tuple[int, int]
"""Device and number of a file, which may have several names."""


def identities(sources: Iterable[Path]) -> set[Identity]:
    """Identities of the files that inputs are read from; missing ones have none."""
    return {identity for source in sources if (identity := _identity(file_of(source)))}


def check_absent(output: Path, overwrite: bool) -> None:
    """Refuse an output that exists, or that cannot be written where it is named.

    Raises:
        UsageError: it exists and `overwrite` is off, or as `check_folder`.
        EnvironmentProblem: as `check_folder`.
    """
    if os.path.lexists(output) and not overwrite:
        raise UsageError(f"{output}: expected no file there, found one; add --overwrite or name another output")
    check_folder(output.parent, output)
    _check_name(output.name, existing_folder(output.parent))


def check_folder(folder: Path, output: Path | None = None) -> None:
    """Refuse a folder that cannot be written to, nor made.

    Args:
        folder: the folder.
        output: what is to be written into it, for messages; by default it is an output itself.

    Raises:
        UsageError: its name is too long, or leads through a file.
        EnvironmentProblem: it, or the one to make it in, cannot be written to.
    """
    existing = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    if not existing.is_dir():
        raise UsageError(
            f"{output or folder}: expected a folder to write to, found a file, {existing}; name another output"
        )
    try:
        # Not told by permissions alone: the disk may be read-only. Without a name, it leaves nothing if killed.
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as problem:
        raise EnvironmentProblem(
            f"{output or folder}: expected a folder that can be written to, found: {problem.strerror}; "
            "check its permissions, or name another output"
        ) from None
    for part in folder.relative_to(existing).parts:
        _check_name(part, existing)


def check_picture(output: Path, inputs: Collection[Identity], overwrite: bool) -> None:
    """Refuse a picture file that cannot be written, or may not be.

    Args:
        output: the file to write.
        inputs: `identities` of the files that this command reads.
        overwrite: whether it may exist.

    Raises:
        UsageError: it is of a format that is not written, or an input, or a folder, or as `check_folder`.
        EnvironmentProblem: its folder cannot be written to.
    """
    if FORMATS.get(output.suffix.lower()) not in DEPTHS:
        raise UsageError(f"{output}: expected a name ending in .png, .jpg, .bmp or .tif, found {output.suffix!r}")
    check_file(output, inputs, overwrite)


def check_cube(output: Path, inputs: Collection[Identity], overwrite: bool) -> None:
    """Refuse a file of many bands that cannot be written, or may not be; see `check_picture`."""
    if output.suffix.lower() not in CUBE_SUFFIXES:
        raise UsageError(
            f"{output}: expected a name ending in {', '.join(CUBE_SUFFIXES)}, found {output.suffix!r}; rename it"
        )
    check_file(output, inputs, overwrite)


def check_file(output: Path, inputs: Collection[Identity], overwrite: bool) -> None:
    """Refuse a file of any format that cannot be written, or may not be; see `check_picture`."""
    if _identity(output) in inputs:
        raise UsageError(f"{output}: expected an output beside the inputs, found an input itself; name another")
    if is_folder(output):
        raise UsageError(f"{output}: expected the name of a file, found a folder; name a file in it")
    check_absent(output, overwrite)


def _check_name(name: str, folder: Path) -> None:
    try:
        (folder / name).lstat()
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise UsageError(
            f"{folder / name}: expected a name that the folder can hold, found: {problem.strerror}; "
            "choose a shorter one"
        ) from None


def _identity(path: Path) -> Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
