"""Pictures of a folder, and those of two folders that belong together."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.pictures import FORMATS

PAIR_FOLDERS = (("infrared", "visible"), ("ir", "vis"), ("ir", "vi"))
"""Names of the two folders that a folder of infrared-visible pairs holds."""


def natural_order(name: str) -> tuple[list[str | int], str]:
    """Give a key that sorts names as people do: `a2` before `a10`, capitals beside small letters."""
    parts = re.split(r"(\d+)", name.casefold())
    return [int(part) if odd % 2 else part for odd, part in enumerate(parts)], name


def list_pictures(folder: str | os.PathLike) -> list[Path]:
    """List a folder's picture files, by suffix; hidden files and subfolders are left out.

    Args:
        folder: the folder; its subfolders are not searched.

    Returns:
        Paths in natural order of their names (2 before 10).

    Raises:
        InputError: the folder is missing, is a file, or cannot be read.
    """
    return list_files(folder, lambda path: path.suffix.lower() in FORMATS and path.is_file())


def list_files(folder: str | os.PathLike, wanted: Callable[[Path], bool]) -> list[Path]:
    """List what is wanted of a folder, without what is hidden; otherwise as `list_pictures`."""
    folder = Path(folder)
    try:
        paths = list(folder.iterdir())
    except OSError as problem:
        raise InputError(
            f"{str(folder)!r}: expected a folder of pictures, found: {problem.strerror}; check the path"
        ) from None
    return sorted(
        (path for path in paths if not path.name.startswith(".") and wanted(path)),
        key=lambda path: natural_order(path.name),
    )


def pair_folders(folder: str | os.PathLike) -> tuple[Path, Path]:
    """The folders of infrared and of visible pictures inside a folder, named as in `PAIR_FOLDERS`.

    Raises:
        InputError: the folder is missing, or holds no such two folders.
    """
    folder = Path(folder)
    for names in PAIR_FOLDERS:
        infrared, visible = (folder / name for name in names)
        if infrared.is_dir() and visible.is_dir():
            return infrared, visible
    choices = " or ".join(" and ".join(names) for names in PAIR_FOLDERS)
    raise InputError(f"{folder}: expected a folder that holds {choices}, found no such two folders in it")


def pair_by_stem(
    first_folder: str | os.PathLike,
    second_folder: str | os.PathLike,
    listed: Callable[[str | os.PathLike], list[Path]] = list_pictures,
) -> tuple[list[tuple[str, Path, Path]], list[tuple[Path, str]]]:
    """Pair the pictures of two folders whose names agree but for the suffix.

    Args:
        first_folder: for instance the infrared pictures.
        second_folder: for instance the visible pictures.
        listed: gives what counts of a folder.

    Returns:
        The pairs as (stem, path in the first folder, path in the second), and what is in no pair as
        (path, reason). A stem that one folder holds twice (`a.png` and `a.jpg`) is in no pair. Both lists are
        in natural order of the stems.

    Raises:
        InputError: a folder is missing, is a file, or cannot be read.
    """
    folders = Path(first_folder), Path(second_folder)
    by_stem: dict[str, tuple[list[Path], list[Path]]] = {}
    for side, folder in enumerate(folders):
        for path in listed(folder):
            by_stem.setdefault(path.stem, ([], []))[side].append(path)
    pairs, unmatched = [], []
    for stem, found in sorted(by_stem.items(), key=lambda item: natural_order(item[0])):
        if len(found[0]) == len(found[1]) == 1:
            pairs.append((stem, found[0][0], found[1][0]))
            continue
        reason = _reason(stem, folders, found)
        unmatched.extend((path, reason) for path in (*found[0], *found[1]))
    return pairs, unmatched


def _reason(stem: str, folders: tuple[Path, Path], found: tuple[list[Path], list[Path]]) -> str:
    for folder, paths in zip(folders, found, strict=True):
        if len(paths) > 1:
            names = " and ".join(repr(path.name) for path in paths)
            return f"ambiguous: {str(folder)!r} holds {names}"
    empty = folders[0] if not found[0] else folders[1]
    return f"{str(empty)!r} holds no picture named {stem!r}"
