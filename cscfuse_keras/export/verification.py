"""Exported files compared with the SHA-256 that the report beside them states."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from cscfuse_keras.errors import InputError, ModelError


def hashes_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files, and of all that is in folders, by path.

    Args:
        folder: where they are.
        names: of files and folders in it; those that are not there are left out.
    """
    found = (path for name in names for path in ((folder / name), *(folder / name).rglob("*")))
    files = sorted(path for path in found if path.is_file())
    return {path.relative_to(folder).as_posix(): _hash(path) for path in files}


def verify(folder: Path) -> list[str]:
    """Compare all exported files of a folder with their reports.

    This finds files that were damaged or mixed up; it cannot find one that was replaced together with its report.

    Returns:
        Names of the files and folders that are as their reports say.

    Raises:
        InputError: there is no report.
        ModelError: a file is missing, is there too much, or differs.
    """
    stated = {path: hashes for path in sorted(folder.glob("*.json")) if (hashes := _stated(path)) is not None}
    if not stated:
        raise InputError(f"{folder}: expected exported files and their reports, NAME.json, found none; check the path")
    for report, expected in stated.items():
        names = {key.split("/")[0] for key in expected}
        found = hashes_of(folder, sorted(name for name in names if name not in ("", "..")))
        for key in sorted(expected.keys() | found.keys()):
            if expected.get(key) != found.get(key):
                raise ModelError(
                    f"{folder / key}: expected {_shown(expected.get(key))} as in {report.name}, found "
                    f"{_shown(found.get(key))}; export again"
                )
    return [report.name.removesuffix(".json") for report in stated]


def _stated(report: Path) -> dict[str, str] | None:
    """What a report states; None for other JSON files."""
    try:
        hashes = json.loads(report.read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return hashes if isinstance(hashes, dict) and hashes else None


def _shown(digest):
    return "no such file" if digest is None else f"SHA-256 {str(digest)[:12]}..."


def _hash(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
