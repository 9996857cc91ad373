"""The record of a batch."""

import contextlib
import dataclasses
import sqlite3

import pytest

from cscfuse_keras.batch.record import STARTED, WAITING, Record, Row
from cscfuse_keras.batch.work import DONE, FAILED, Outcome
from cscfuse_keras.errors import EnvironmentProblem, InputError


def filled(record, count=3, run=1):
    for number in range(count):
        record.put(Row(None, f"{number}.png", '["a", "b"]', "[]", None, WAITING, "", run))


def test_items_are_left_until_they_end(tmp_path):
    with Record(tmp_path / "r.db") as record:
        filled(record, 200)
        items = record.left(1)
        taken = [next(items) for _ in range(3)]
        assert [item.output for item in taken] == ["0.png", "1.png", "2.png"]
        assert taken[0].sources == ("a", "b")
        # They are noted as started before anyone has them.
        assert record.find("2.png").state == STARTED
        record.end(Outcome(taken[0].id, DONE, 1.0, "hash"))
        record.end(Outcome(taken[1].id, FAILED, 1.0, "", "bad \udcff", 3, ("note",)))
        assert len(list(items)) == 197
    with Record(tmp_path / "r.db") as record:
        assert [item.output for item in record.left(1)][:2] == ["2.png", "3.png"]
        assert record.counts(1) == {DONE: 1, FAILED: 1, STARTED: 198}
        assert list(record.problems(1)) == [("1.png", "bad \\udcff", 3)]
        assert list(record.notes(1)) == [("1.png", "note")]
        assert record.mean_seconds(1) == 1
        assert record.find("0.png").sha256 == "hash"


def test_items_of_other_runs_are_not_left(tmp_path):
    with Record(tmp_path / "r.db") as record:
        filled(record)
        row = record.find("1.png")
        record.keep(row, "new stamp", record.new_run())
        assert [item.output for item in record.left(2)] == ["1.png"]
        assert record.find("1.png") == dataclasses.replace(row, stamp="new stamp", run=2, state=STARTED)


def test_changes_are_kept_together(tmp_path):
    with Record(tmp_path / "r.db") as record:
        with pytest.raises(KeyError), record.changes():
            filled(record)
            raise KeyError
        assert record.counts(1) == {}


def test_other_settings_make_all_wait_again(tmp_path):
    with Record(tmp_path / "r.db") as record:
        filled(record)
        record.end(Outcome(1, DONE))
        record.change_settings({"preset": "a"})
        assert record.counts(1) == {WAITING: 3}
        assert record.settings() == {"format": "1", "preset": "a"}


def test_files_that_are_no_record_or_in_use(tmp_path):
    (tmp_path / "text.db").write_text("no record" * 100)
    with pytest.raises(InputError, match=r"text\.db"):
        Record(tmp_path / "text.db")
    with Record(tmp_path / "r.db"), pytest.raises(EnvironmentProblem, match="no other process"):
        Record(tmp_path / "r.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "r.db")) as other:
        other.execute("UPDATE settings SET value = '9'")
        other.commit()
    with pytest.raises(InputError, match="format 1, found 9"):
        Record(tmp_path / "r.db")
