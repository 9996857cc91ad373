"""Several files that appear together or not at all."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give a temporary folder; on success move what is in it into `folder`, on failure remove it.

    Files and folders of the same names in `folder` are replaced.

    Args:
        folder: created on success if it is missing.
    """
    folder = folder.absolute()
    beside = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=beside) as name:
        partial, replaced = Path(name) / "new", Path(name) / "replaced"
        partial.mkdir()
        replaced.mkdir()
        yield partial
        folder.mkdir(parents=True, exist_ok=True)
        for new in sorted(partial.iterdir()):
            target = folder / new.name
            if target.is_dir():
                # A folder cannot be renamed onto another.
                shutil.move(target, replaced / new.name)
            new.replace(target)
