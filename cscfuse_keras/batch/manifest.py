"""Lists of what to fuse: CSV, JSON lines or Parquet, a row an item."""

import csv
import dataclasses
import importlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from cscfuse_keras.io.atomic import replacing
from cscfuse_keras.io.paths import check_found
from cscfuse_keras.tasks.jobs import name_like

COLUMNS = {"ivf": ("infrared", "visible"), "mef": ("exposures",), "msf": ("low_resolution", "guide")}
"""Columns of each task beside `name`; in CSV the exposures are `exposure_1`, `exposure_2`, and so on."""

SUFFIXES = (".csv", ".jsonl", ".parquet")


@dataclasses.dataclass(frozen=True)
class Entry:
    """What to fuse into one result.

    Attributes:
        name: of the result in the output folder, without suffix; it may lead through folders, as in `day1/frame7`.
        sources: files, in the order that the task gives them a meaning.
    """

    name: str
    sources: tuple[Path, ...]

    def output(self, task: str) -> str:
        """Name of the result with the suffix that `cscfuse fuse` would give it."""
        if task == "msf":
            return f"{self.name}{'.tif' if self.sources[0].suffix.lower() in ('.tif', '.tiff') else '.npy'}"
        return name_like(self.sources[-1 if task == "ivf" else 0], self.name)


def read_manifest(path: Path, task: str) -> Iterator[Entry]:
    """Read a manifest row by row; it is never held as a whole.

    Args:
        path: its suffix is one of `SUFFIXES`. Paths in it are relative to its folder.
        task: `ivf`, `mef` or `msf`.

    Raises:
        UsageError: the suffix is another.
        InputError: it is missing or damaged, or a row does not have what the task needs; the message names the row.
        EnvironmentProblem: a Parquet file, but pyarrow is not installed.
    """
    check_suffix(path)
    check_found(path, "a manifest")
    rows = {".csv": _csv_rows, ".jsonl": _json_rows, ".parquet": _parquet_rows}[path.suffix.lower()]
    folder = path.absolute().parent
    for number, row in rows(path):
        yield _entry(row, task, folder, f"{path}, row {number}")


def write_manifest(path: Path, task: str, entries: Iterable[Entry]) -> None:
    """Write a manifest; paths below its folder become relative to it.

    Raises:
        UsageError: the suffix is none of `SUFFIXES`, or a name is not in UTF-8 and the file is Parquet.
        EnvironmentProblem: a Parquet file, but pyarrow is not installed; or it cannot be written.
    """
    check_suffix(path)
    folder = path.absolute().parent
    rows = [_row(entry, task, folder) for entry in entries]
    write = {".csv": _write_csv, ".jsonl": _write_json, ".parquet": _write_parquet}[path.suffix.lower()]
    with replacing(path) as partial:
        write(partial, rows)


def check_suffix(path: Path) -> None:
    """Refuse a manifest of another format.

    Raises:
        UsageError: its suffix is none of `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: expected a manifest named {', '.join(SUFFIXES)}, found {path.suffix!r}; rename it")


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    # Names of files need not be text: their other bytes pass as they are.
    with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
        try:
            for number, row in enumerate(csv.DictReader(file), 1):
                numbered = [name for name in row if name and name.startswith("exposure_")]
                exposures = [row[name] for name in numbered if row[name]]
                yield number, {**row, "exposures": exposures} if numbered else row
        except csv.Error as problem:
            raise InputError(f"{path}: expected comma-separated values, found: {problem}; correct it") from None


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as problem:
                raise InputError(f"{path}, row {number}: expected JSON, found: {problem}; correct it") from None
            if not isinstance(row, dict):
                raise InputError(f"{path}, row {number}: expected an object {{...}}, found {line.strip()[:40]!r}")
            yield number, row


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    parquet = _pyarrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (_pyarrow("pyarrow").ArrowException, OSError) as problem:
        raise InputError(f"{path}: expected a Parquet file, found: {problem}; write it again") from None


def _pyarrow(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise EnvironmentProblem(
            "Parquet: expected the package pyarrow, found none; pip install pyarrow, or use a .csv or .jsonl manifest"
        ) from None


def _entry(row: Mapping[str, Any], task: str, folder: Path, where: str) -> Entry:
    if task == "mef":
        values = row.get("exposures")
        if (
            not isinstance(values, list)
            or len(values) < 2
            or not all(isinstance(each, str) and each for each in values)
        ):
            raise InputError(
                f"{where}: expected two or more exposures, found {values!r}; give a list in the column exposures, or "
                "in CSV the columns exposure_1, exposure_2 and so on"
            )
    else:
        values = [row.get(column) for column in COLUMNS[task]]
        for column, value in zip(COLUMNS[task], values, strict=True):
            if not isinstance(value, str) or not value:
                raise InputError(f"{where}: expected a path in the column {column}, found {value!r}; add it")
    sources = tuple(folder / value for value in values)
    name = row.get("name") or _default_name(task, sources)
    _check_name(name, where)
    return Entry(name, sources)


def _default_name(task: str, sources: tuple[Path, ...]) -> str:
    if task == "msf":
        return f"{sources[0].stem}-fused"
    return sources[-1 if task == "ivf" else 0].stem


def _check_name(name: Any, where: str) -> None:
    """Refuse names that lead out of the output folder, or that the record cannot hold."""
    parts = PurePosixPath(name).parts if isinstance(name, str) else ()
    if not parts or "\0" in name or parts[0] == "/" or any(part.startswith(".") for part in parts):
        raise InputError(f"{where}: expected a name such as frame7 or day1/frame7, found {name!r}; change it")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{where}: expected a name in UTF-8, found other bytes, {name!r}; give one in the column name"
        ) from None


def _row(entry: Entry, task: str, folder: Path) -> dict[str, Any]:
    paths = [_relative(source, folder) for source in entry.sources]
    files = {"exposures": paths} if task == "mef" else dict(zip(COLUMNS[task], paths, strict=True))
    return {"name": entry.name, **files}


def _relative(source: Path, folder: Path) -> str:
    source = source.absolute()
    return os.fspath(source.relative_to(folder) if source.is_relative_to(folder) else source)


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    flat = [
        {name: value for name, value in row.items() if name != "exposures"}
        | {f"exposure_{number}": exposure for number, exposure in enumerate(row.get("exposures", ()), 1)}
        for row in rows
    ]
    names = dict.fromkeys(name for row in flat for name in row)
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        writer = csv.DictWriter(file, list(names), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)


def _write_json(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    table, parquet = _pyarrow("pyarrow").Table, _pyarrow("pyarrow.parquet")
    try:
        parquet.write_table(table.from_pylist(rows), path)
    except UnicodeEncodeError:
        raise UsageError(f"{path.name}: expected paths in UTF-8 for Parquet, found other bytes; write .csv") from None
