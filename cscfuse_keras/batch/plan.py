"""Which items of a manifest are left to do, by the record of earlier runs."""

import dataclasses
import functools
import itertools
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cscfuse_keras.batch.inputs import content_hash, stamp
from cscfuse_keras.batch.manifest import Entry
from cscfuse_keras.batch.places import Folder, Place
from cscfuse_keras.batch.record import STARTED, WAITING, Record, Row
from cscfuse_keras.batch.work import DONE
from cscfuse_keras.errors import InputError, UsageError

_AT_ONCE = 10_000


def check_settings(record: Record, settings: Mapping[str, str], overwrite: bool) -> None:
    """Compare what all items have in common with earlier runs.

    Args:
        record: of the batch.
        settings: task, hash of the preset, options.
        overwrite: whether results that were made otherwise may be made anew.

    Raises:
        UsageError: they differ, and `overwrite` is off; the message says in what.
    """
    known = {name: value for name, value in record.settings().items() if name != "format"}
    changed = [name for name in {**known, **settings} if known.get(name) != settings.get(name)]
    if not changed:
        return
    if record.has_begun() and not overwrite:
        told = "; ".join(
            f"{name}: {known.get(name, 'none')} before, {settings.get(name, 'none')} now" for name in changed
        )
        raise UsageError(
            f"{record.path}: expected the settings that the batch was begun with, found others ({told}); add "
            "--overwrite to make all results anew, or name another output"
        )
    record.change_settings(settings)


def plan(
    record: Record, entries: Iterable[Entry], task: str, place: Place, overwrite: bool = False, retry: bool = False
) -> int:
    """Note the items of a manifest in the record: which wait, and which are done and still what they were.

    An item that is done waits again if its output is gone (of a URL, that is not asked), or if its inputs hold
    something else; one that failed, if its inputs changed at all. Inputs are read for that only where their size or
    time changed.

    Args:
        record: of the batch; its settings are checked.
        entries: of the manifest.
        task: that names the outputs.
        place: of the outputs.
        overwrite: whether outputs may be replaced that are there, or whose inputs changed.
        retry: whether what failed waits again.

    Returns:
        The number of the run that these items are of.

    Raises:
        InputError: two items would have one output.
        UsageError: outputs exist or inputs changed, and `overwrite` is off; or inputs lie among the outputs.
    """
    run = record.new_run()
    planning = _Planning(record, place, run, retry)
    entries = iter(entries)
    while some := list(itertools.islice(entries, _AT_ONCE)):
        with record.changes():
            for entry in some:
                planning.note(entry, entry.output(task))
            if not overwrite:
                planning.check()
    return run


@dataclasses.dataclass
class _Planning:
    record: Record
    place: Place
    run: int
    retry: bool
    existing: str | None = None
    changed: str | None = None

    def note(self, entry: Entry, output: str) -> None:
        _check_apart(entry.sources, self.place)
        now = stamp(entry.sources)
        row = self.record.find(output)
        if row is None:
            self._wait(None, entry, output, now)
        elif row.run == self.run:
            raise InputError(
                f"{output}: expected one item with this output, found two; give each its own in the column name"
            )
        elif row.state == WAITING:
            self._wait(row, entry, output, now)
        elif row.state == STARTED:
            same = row.stamp == now and row.sources == _as_json(entry.sources)
            # What is there is of a worker that could not tell any more; of inputs that changed since, it is made anew.
            before = row.before if same else self.place.listed(output)
            self._put(row, entry, output, now, before, STARTED)
        elif row.state == DONE:
            self._check_done(row, entry, output, now)
        elif self.retry or row.stamp != now or row.sources != _as_json(entry.sources):
            self._wait(row, entry, output, now)
        else:
            self.record.keep(row, now, self.run)

    def check(self) -> None:
        if self.changed is not None:
            raise UsageError(
                f"{self.changed}: expected the inputs that it was made of, found others; add --overwrite to make it, "
                "and all like it, anew, or name another output"
            )
        if self.existing is not None:
            raise UsageError(
                f"{self.existing}: expected no file there, found one that this batch did not write; add --overwrite "
                "or name another output"
            )

    def _check_done(self, row: Row, entry: Entry, output: str, now: str) -> None:
        if not self.place.is_remote and self.place.mark(output) is None:
            self._wait(row, entry, output, now)
            return
        same = row.stamp == now and row.sources == _as_json(entry.sources)
        if same or _hash_or_none(entry.sources) == row.sha256:
            self.record.keep(row, now, self.run)
            return
        self.changed = self.changed or output
        self._wait(row, entry, output, now, known=True)

    def _wait(self, row: Row | None, entry: Entry, output: str, now: str, known: bool = False) -> None:
        before = self.place.listed(output)
        if before is not None and not known:
            self.existing = self.existing or output
        self._put(row, entry, output, now, before, WAITING)

    def _put(self, row: Row | None, entry: Entry, output: str, now: str, before: str | None, state: str) -> None:
        self.record.put(Row(row and row.id, output, _as_json(entry.sources), now, before, state, "", self.run))


def _as_json(sources: Iterable[Path]) -> str:
    return json.dumps([os.fspath(source) for source in sources])


def _hash_or_none(sources: tuple[Path, ...]) -> str | None:
    try:
        return content_hash(sources)
    except InputError:
        return None


def _check_apart(sources: Iterable[Path], place: Place) -> None:
    """Refuse inputs among the outputs: one would replace the other."""
    if not isinstance(place, Folder):
        return
    for source in sources:
        if _within(source.parent, place.folder):
            raise UsageError(
                f"{source}: expected inputs outside of the output folder {place.folder}, found one in it; name another"
            )


@functools.lru_cache(maxsize=1024)
def _within(folder: Path, output: Path) -> bool:
    return folder.resolve().is_relative_to(output.resolve())
