"""What is at a path that a user named, whatever the name."""

import re
import unicodedata
from pathlib import Path

from cscfuse_keras.errors import InputError


def is_folder(path: Path) -> bool:
    """Whether there is a folder; where the name is longer than any can be, `Path.is_dir` would raise an error."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_found(source: Path, expected: str) -> None:
    """Refuse an input that is not there.

    Args:
        source: a file or folder.
        expected: what it should be, for the message.

    Raises:
        InputError: it is missing, or out of reach.
    """
    try:
        source.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{source}: expected {expected}, found nothing; check the path") from None
    except OSError as problem:
        raise InputError(f"{source}: expected {expected}, found: {problem.strerror}; check the path") from None


def existing_folder(path: Path) -> Path:
    """The folder of a file or folder to be made, or the nearest one above that exists."""
    return next(folder for folder in (path, *path.absolute().parents) if is_folder(folder))


def safe_name(text: str) -> str:
    """Up to 40 ASCII letters, digits and dashes that recall a text, whatever is in it; or `unnamed`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40] or "unnamed"
