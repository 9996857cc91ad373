"""Reading the model files that users give to metrics."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from cscfuse_keras.errors import InputError


class ModelFile(NamedTuple):
    """A file's bytes and the name that reports give it: file name and first digits of its SHA-256."""

    content: bytes
    name: str


def read_model_file(path: str | os.PathLike, kind: str, largest: int) -> ModelFile:
    """Read a model file.

    Args:
        path: the file.
        kind: what it should be, for messages.
        largest: most bytes that such a file may have; whoever reads it need not fear larger ones.

    Returns:
        Its content and name.

    Raises:
        InputError: it is not there, is not a file, cannot be read, or is too large.
    """
    path = Path(path)
    if not path.is_file():
        found = "a folder or device" if path.exists() else "no such file"
        raise InputError(f"{str(path)!r}: expected {kind}, found {found}; give the path of the file")
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as problem:
        raise InputError(
            f"{str(path)!r}: expected {kind}, found: {problem.strerror}; check the file's permissions"
        ) from problem
    if len(content) > largest:
        raise InputError(f"{str(path)!r}: expected {kind}, found more than {largest} bytes; give the right file")
    return ModelFile(content, f"{path.name} (SHA-256 {hashlib.sha256(content).hexdigest()[:8]})")
