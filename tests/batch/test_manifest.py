"""Lists of what to fuse."""

import json
from pathlib import Path

import pytest

from cscfuse_keras.batch.manifest import Entry, read_manifest, write_manifest
from cscfuse_keras.errors import InputError, UsageError


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize(
    ("task", "sources"),
    [
        ("ivf", ("ir/a.png", "vis/a.jpg")),
        ("mef", ("s/1.jpg", "s/2.jpg", "s/3.jpg")),
        ("msf", ("low/a.tif", "/g/a.tif")),
    ],
)
def test_what_is_written_is_read_again(tmp_path, suffix, task, sources):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    entries = [Entry(name, tuple(tmp_path / source for source in sources)) for name in ("day 1/a, b", "\N{SNOWMAN}")]
    write_manifest(tmp_path / f"m{suffix}", task, entries)
    assert list(read_manifest(tmp_path / f"m{suffix}", task)) == entries


def test_scenes_of_different_numbers_of_exposures_in_csv(tmp_path):
    entries = [Entry("a", (tmp_path / "1", tmp_path / "2")), Entry("b", tuple(tmp_path / x for x in "123"))]
    write_manifest(tmp_path / "m.csv", "mef", entries)
    assert (tmp_path / "m.csv").read_text().splitlines()[0] == "name,exposure_1,exposure_2,exposure_3"
    assert list(read_manifest(tmp_path / "m.csv", "mef")) == entries


def test_paths_that_are_no_text(tmp_path):
    strange = Path(b"ir/\xff.png".decode("utf-8", "surrogateescape"))
    entries = [Entry("a", (tmp_path / strange, tmp_path / "b.png"))]
    for name in ("m.csv", "m.jsonl"):
        write_manifest(tmp_path / name, "ivf", entries)
        assert list(read_manifest(tmp_path / name, "ivf")) == entries


def test_paths_are_relative_to_the_manifest(tmp_path, monkeypatch):
    (tmp_path / "m.jsonl").write_text('{"infrared": "ir/x.png", "visible": "../vis/y.webp"}\n')
    monkeypatch.chdir("/")
    (entry,) = read_manifest(tmp_path / "m.jsonl", "ivf")
    assert entry.sources == (tmp_path / "ir/x.png", tmp_path / "../vis/y.webp")
    assert (entry.name, entry.output("ivf")) == ("y", "y.png")


@pytest.mark.parametrize(
    ("task", "sources", "output"),
    [
        ("mef", ["s/dark.tif", "s/bright.jpg"], "dark.tif"),
        ("msf", ["a.TIF", "b.tif"], "a-fused.tif"),
        ("msf", ["a.npy", "b.npy"], "a-fused.npy"),
    ],
)
def test_names_of_results(tmp_path, task, sources, output):
    columns = {"mef": {"exposures": sources}, "msf": dict(zip(("low_resolution", "guide"), sources, strict=True))}
    (tmp_path / "m.jsonl").write_text(json.dumps(columns[task]))
    (entry,) = read_manifest(tmp_path / "m.jsonl", task)
    assert entry.output(task) == output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("infrared,visible\na.png,b.png\nc.png,\n", "row 2: expected a path in the column visible"),
        ("infrared,colour\na.png,b.png\n", "row 1: expected a path in the column visible"),
        ("name,infrared,visible\n../a,b.png,c.png\n", "found '../a'"),
        ("name,infrared,visible\n/a,b.png,c.png\n", "found '/a'"),
        ("name,infrared,visible\n.hidden,b.png,c.png\n", "found '.hidden'"),
    ],
)
def test_rows_that_cannot_be_used(tmp_path, text, told):
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        list(read_manifest(tmp_path / "m.csv", "ivf"))


def test_files_that_are_no_manifest(tmp_path):
    (tmp_path / "m.jsonl").write_text("no json\n")
    with pytest.raises(InputError, match="row 1: expected JSON"):
        list(read_manifest(tmp_path / "m.jsonl", "ivf"))
    with pytest.raises(InputError, match="found nothing"):
        list(read_manifest(tmp_path / "none.csv", "ivf"))
    with pytest.raises(UsageError, match=r"'\.txt'"):
        list(read_manifest(tmp_path / "m.txt", "ivf"))
    (tmp_path / "m.parquet").write_text("no Parquet")
    pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match="expected a Parquet file"):
        list(read_manifest(tmp_path / "m.parquet", "ivf"))
