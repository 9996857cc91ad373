"""What has become of every item, in an SQLite file that survives a kill at any moment.

SQLite rather than lines appended to a file: a hundred million items need an index on disk, not in memory, and "which
are left" needs no reading of all. One process alone writes it (the lock is exclusive, so that no shared memory is
needed and the file may lie on a network). What a power cut takes of the last moment is found again, since outputs tell
by themselves whether they were written.
"""

import contextlib
import dataclasses
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from cscfuse_keras.batch.work import DONE, FAILED, SKIPPED, Item, Outcome
from cscfuse_keras.errors import EnvironmentProblem, InputError

WAITING, STARTED = "waiting", "started"
"""States before an item ends; one that is started may have been finished by a worker that could not tell."""

ENDED = (DONE, FAILED, SKIPPED)

_AT_ONCE = 64
_FORMAT = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY,
    output TEXT NOT NULL UNIQUE,
    sources TEXT NOT NULL,
    stamp TEXT NOT NULL,
    before TEXT,
    state TEXT NOT NULL,
    sha256 TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0,
    ended REAL,
    problem TEXT NOT NULL DEFAULT '',
    exit_code INTEGER NOT NULL DEFAULT 0,
    notes TEXT NOT NULL DEFAULT '',
    run INTEGER NOT NULL
);
"""


@dataclasses.dataclass(frozen=True)
class Row:
    """An item as the record has it.

    Attributes:
        id: its number.
        output: name of its result.
        sources: paths of its inputs, as JSON.
        stamp: of its inputs, see `cscfuse_keras.batch.inputs.stamp`.
        before: see `cscfuse_keras.batch.work.Item`.
        state: `WAITING`, `STARTED` or how it ended.
        sha256: of its inputs.
        run: the last run whose manifest had it.
    """

    id: int | None
    output: str
    sources: str
    stamp: str
    before: str | None
    state: str
    sha256: str
    run: int


class Record:
    """The record of a batch.

        with Record(path) as record:
            for item in record.left(run): ...

    Args:
        path: of the file; made if it is missing.

    Raises:
        InputError: there is another file.
        EnvironmentProblem: another process has it open, or it cannot be written.
    """

    def __init__(self, path: Path):
        self.path = path
        with contextlib.ExitStack() as stack:
            with self._problems():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._database = sqlite3.connect(path, isolation_level=None, timeout=1)
                stack.callback(self._database.close)
                for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL"):
                    self._database.execute(f"PRAGMA {pragma}")
                self._database.executescript(_TABLES)
                # Takes the lock, too.
                self._database.execute("INSERT OR IGNORE INTO settings VALUES ('format', ?)", (_FORMAT,))
            if (found := self.settings()["format"]) != _FORMAT:
                raise InputError(f"{path}: expected a record of format {_FORMAT}, found {found}; name another --record")
            stack.pop_all()

    def __enter__(self) -> Self:
        """Give the record."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._database.close()

    def settings(self) -> dict[str, str]:
        """What all items have in common, by name."""
        return dict(self._database.execute("SELECT name, value FROM settings"))

    def change_settings(self, settings: Mapping[str, str]) -> None:
        """State what all items have in common; those that ended under other settings wait again."""
        with self._transaction():
            self._database.execute("UPDATE items SET state = ?", (WAITING,))
            self._database.execute("DELETE FROM settings WHERE name != 'format'")
            self._database.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())

    def has_begun(self) -> bool:
        """Whether any item was ever started."""
        return self._database.execute("SELECT 1 FROM items WHERE state != ? LIMIT 1", (WAITING,)).fetchone() is not None

    def new_run(self) -> int:
        """The number of a run."""
        return (self._database.execute("SELECT max(run) FROM items").fetchone()[0] or 0) + 1

    def find(self, output: str) -> Row | None:
        """The item that has an output."""
        columns = ", ".join(field.name for field in dataclasses.fields(Row))
        found = self._database.execute(f"SELECT {columns} FROM items WHERE output = ?", (output,)).fetchone()
        return Row(*found) if found else None

    def put(self, row: Row) -> None:
        """Add an item, or replace one."""
        values = dataclasses.asdict(row)
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        with self._problems():
            self._database.execute(f"INSERT OR REPLACE INTO items ({names}) VALUES ({marks})", tuple(values.values()))

    def keep(self, row: Row, stamp: str, run: int) -> None:
        """Leave an item as it is, as part of another run."""
        self._database.execute("UPDATE items SET stamp = ?, run = ? WHERE id = ?", (stamp, run, row.id))

    @contextlib.contextmanager
    def changes(self) -> Iterator[None]:
        """Keep all changes together, and on the disk before they count."""
        self._database.execute("PRAGMA synchronous=FULL")
        try:
            with self._transaction():
                yield
        finally:
            self._database.execute("PRAGMA synchronous=NORMAL")

    def left(self, run: int) -> Iterator[Item]:
        """Items of a run that are not ended, each noted as started before it is given."""
        last = 0
        while True:
            rows = self._database.execute(
                "SELECT id, sources, output, before FROM items WHERE id > ? AND run = ? AND state IN (?, ?) "
                "ORDER BY id LIMIT ?",
                (last, run, WAITING, STARTED, _AT_ONCE),
            ).fetchall()
            if not rows:
                return
            with self._transaction():
                self._database.executemany(
                    "UPDATE items SET state = ? WHERE id = ?", [(STARTED, row[0]) for row in rows]
                )
            for number, sources, output, before in rows:
                yield Item(number, tuple(json.loads(sources)), output, before)
            last = rows[-1][0]

    def end(self, outcome: Outcome) -> None:
        """Note what became of an item."""
        with self._problems():
            self._database.execute(
                "UPDATE items SET state = ?, seconds = ?, ended = ?, sha256 = ?, problem = ?, exit_code = ?, notes = ? "
                "WHERE id = ?",
                (
                    outcome.state,
                    outcome.seconds,
                    time.time(),
                    outcome.sha256,
                    outcome.problem.encode("utf-8", "backslashreplace").decode(),
                    outcome.exit_code,
                    "\n".join(outcome.notes).encode("utf-8", "backslashreplace").decode(),
                    outcome.id,
                ),
            )

    def counts(self, run: int) -> dict[str, int]:
        """How many items of a run are in each state."""
        return dict(self._database.execute("SELECT state, count(*) FROM items WHERE run = ? GROUP BY state", (run,)))

    def mean_seconds(self, run: int) -> float:
        """Mean time of the items of a run that are done; NaN if there is none."""
        found = self._database.execute("SELECT avg(seconds) FROM items WHERE run = ? AND state = ?", (run, DONE))
        return found.fetchone()[0] or float("nan")

    def problems(self, run: int, state: str = FAILED) -> Iterator[tuple[str, str, int]]:
        """Items of a run in a state: name of the output, problem and exit code."""
        yield from self._database.execute(
            "SELECT output, problem, exit_code FROM items WHERE run = ? AND state = ? ORDER BY id", (run, state)
        )

    def notes(self, run: int) -> Iterator[tuple[str, str]]:
        """Items of a run that were warned of: name of the output, and the notes."""
        yield from self._database.execute(
            "SELECT output, notes FROM items WHERE run = ? AND notes != '' ORDER BY id", (run,)
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._problems():
            self._database.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextlib.contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise EnvironmentProblem(
                    f"{self.path}: expected no other process that has the record open, found one; wait until it has "
                    "ended, or name another --record"
                ) from None
            raise EnvironmentProblem(
                f"{self.path}: expected to write the record, found: {problem}; check the folder's permissions and its "
                "free space"
            ) from problem
        except sqlite3.DatabaseError as problem:
            raise InputError(
                f"{self.path}: expected a record of cscfuse batch, found: {problem}; name another --record"
            ) from None
