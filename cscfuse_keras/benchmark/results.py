"""What is known of results, in files: the benchmark that is run again takes it from there."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.atomic import write_text
from cscfuse_keras.io.paths import safe_name


class Results:
    """The results of methods on items: for each a picture or an image of bands, and what is known of it as JSON.

    What is known is a dictionary with the key that it belongs to: of another key, it counts for nothing.

    Args:
        folder: where they are, one folder a method.
        suffix: of the results' files.
    """

    def __init__(self, folder: Path, suffix: str):
        self.folder, self.suffix = folder, suffix

    def path(self, method: str, item: str) -> Path:
        """File of a method's result on an item."""
        # The digits keep names apart that are the same once their special characters are gone.
        parts = [f"{safe_name(name)}-{_digest(name)[:6]}" for name in (method, item)]
        return self.folder / parts[0] / f"{parts[1]}{self.suffix}"

    def known(self, method: str, item: str, key: str) -> dict[str, Any]:
        """What is known of a result; nothing but the key if it is of another key or was never made."""
        try:
            record = json.loads(self._record(method, item).read_text(encoding="utf-8"))
            if record["key"] == key:
                return record
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return {"key": key}

    def keep(self, method: str, item: str, record: dict[str, Any]) -> None:
        """Keep what is known of a result.

        Raises:
            EnvironmentProblem: the file cannot be written.
        """
        write_text(self._record(method, item), json.dumps({"method": method, "item": item, **record}, indent=1))

    def _record(self, method: str, item: str) -> Path:
        return self.path(method, item).with_suffix(".json")


def key_of(what: Any) -> str:
    """Hash of plain data."""
    return _digest(json.dumps(what, sort_keys=True))


def hash_of(files: Iterable[Path]) -> str:
    """Hash of the contents of files, in their order.

    Raises:
        InputError: one cannot be read.
    """
    total = hashlib.sha256()
    for file in files:
        try:
            with file.open("rb") as content:
                total.update(hashlib.file_digest(content, "sha256").digest())
        except OSError as problem:
            raise InputError(f"{file}: expected a file to read, found: {os.strerror(problem.errno or 0)}") from None
    return total.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
