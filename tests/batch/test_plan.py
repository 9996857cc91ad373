"""What is left to do."""

import os

import pytest

from cscfuse_keras.batch.inputs import content_hash
from cscfuse_keras.batch.manifest import Entry
from cscfuse_keras.batch.places import Folder
from cscfuse_keras.batch.plan import check_settings, plan
from cscfuse_keras.batch.record import Record
from cscfuse_keras.batch.work import DONE, FAILED, Outcome
from cscfuse_keras.errors import InputError, UsageError


@pytest.fixture
def batch(tmp_path):
    """Two items, the folder of outputs, and a record of them."""
    entries = []
    for name in "ab":
        sources = tuple(tmp_path / f"{name}-{kind}.png" for kind in ("infrared", "visible"))
        for source in sources:
            source.write_text(f"{source.name}")
        entries.append(Entry(name, sources))
    (tmp_path / "out").mkdir()
    with Record(tmp_path / "r.db") as record:
        yield entries, Folder(tmp_path / "out"), record


def finish(batch, state=DONE, run=1):
    entries, place, record = batch
    for entry, item in zip(entries, list(record.left(run)), strict=True):
        if state == DONE:
            (place.folder / item.output).write_text("result")
        record.end(Outcome(item.id, state, 1.0, content_hash(entry.sources), exit_code=3))


def left(batch, **options):
    entries, place, record = batch
    return [item.output for item in record.left(plan(record, entries, "ivf", place, **options))]


def test_what_is_done_is_not_left(batch):
    assert left(batch) == ["a.png", "b.png"]
    finish(batch)
    assert left(batch) == []
    (batch[1].folder / "a.png").unlink()
    assert left(batch) == ["a.png"]


def test_only_other_contents_make_an_item_anew(batch):
    left(batch)
    finish(batch)
    source = batch[0][1].sources[0]
    os.utime(source, ns=(0, 0))
    assert left(batch) == []
    source.write_text("something else")
    with pytest.raises(UsageError, match=r"b\.png: expected the inputs that it was made of"):
        left(batch)
    # A refusal changes nothing.
    source.write_text(source.name)
    assert left(batch) == []
    source.write_text("something else")
    assert left(batch, overwrite=True) == ["b.png"]


def test_outputs_of_others_are_not_replaced(batch):
    (batch[1].folder / "b.png").write_text("of others")
    with pytest.raises(UsageError, match=r"b\.png: expected no file there"):
        left(batch)
    entries, place, record = batch
    items = list(record.left(plan(record, entries, "ivf", place, overwrite=True)))
    assert [item.before for item in items] == [None, place.mark("b.png")]
    # Such a run that was killed goes on: what is there now is its own where it is not what was there before.
    (place.folder / "a.png").write_text("own")
    assert [item.before for item in record.left(plan(record, entries, "ivf", place))] == [None, items[1].before]


def test_an_output_of_a_killed_run_whose_inputs_changed_since_is_made_anew(batch):
    entries, place, record = batch
    left(batch)
    (place.folder / "a.png").write_text("own")
    entries[0].sources[0].write_text("something else")
    items = list(record.left(plan(record, entries, "ivf", place)))
    assert [item.before for item in items] == [place.mark("a.png"), None]


def test_failures_wait_for_other_inputs_or_to_be_retried(batch):
    left(batch)
    finish(batch, FAILED)
    assert left(batch) == []
    assert left(batch, retry=True) == ["a.png", "b.png"]
    finish(batch, FAILED, run=3)
    batch[0][0].sources[0].write_text("repaired")
    assert left(batch) == ["a.png"]


def test_items_may_come_and_go(batch):
    entries, place, record = batch
    left(batch)
    assert left((entries[:1], place, record)) == ["a.png"]
    assert sum(record.counts(2).values()) == 1


def test_manifests_that_cannot_be(batch):
    entries, place, record = batch
    with pytest.raises(InputError, match=r"a\.png: expected one item with this output, found two"):
        left(([*entries, entries[0]], place, record))
    inside = Entry("c", (place.folder / "x.png", place.folder / "y.png"))
    with pytest.raises(UsageError, match="expected inputs outside of the output folder"):
        left(([inside], place, record))


def test_other_settings(batch):
    record = batch[2]
    for preset in ("three", "one"):
        # Nothing was made yet.
        check_settings(record, {"preset": preset}, overwrite=False)
    left(batch)
    finish(batch)
    check_settings(record, {"preset": "one"}, overwrite=False)
    assert left(batch) == []
    with pytest.raises(UsageError, match="preset: one before, two now"):
        check_settings(record, {"preset": "two"}, overwrite=False)
    check_settings(record, {"preset": "two"}, overwrite=True)
    assert left(batch, overwrite=True) == ["a.png", "b.png"]
