"""Several files that appear together or not at all."""

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

from cscfuse_keras.io.atomic import sync, temporary_folder, writing_problems

# Of Linux's renameat2(2).
_WORKING_FOLDER, _EXCHANGE = -100, 2


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give a temporary folder; on success move what is in it into `folder`, on failure remove it.

    Files and folders of the same names in `folder` are replaced. A kill leaves each as it was, or new.

    Args:
        folder: created on success if it is missing.

    Raises:
        EnvironmentProblem: the folder cannot be written to.
    """
    folder = folder.absolute()
    beside = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    with writing_problems(folder), temporary_folder(beside) as temporary:
        partial = temporary / "new"
        partial.mkdir()
        yield partial
        for written in sorted(partial.rglob("*")):
            sync(written)
        folder.mkdir(parents=True, exist_ok=True)
        for new in sorted(partial.iterdir()):
            target = folder / new.name
            if target.is_dir():
                _exchange(new, target)
            else:
                new.replace(target)
        sync(folder)


def _exchange(new: Path, old: Path) -> None:
    """Let a folder take the place of another; at one go where the system can."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    names = [os.fsencode(path) for path in (new, old)]
    if rename and rename(_WORKING_FOLDER, names[0], _WORKING_FOLDER, names[1], _EXCHANGE) == 0:
        return
    replaced = new.parent.with_name("replaced") / old.name
    replaced.parent.mkdir(exist_ok=True)
    old.replace(replaced)
    try:
        new.replace(old)
    except OSError:
        replaced.replace(old)
        raise
