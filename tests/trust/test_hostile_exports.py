"""Exported files that differ from what the report beside them states."""

import json

import pytest

from cscfuse_keras.export.verification import hashes_of


@pytest.fixture
def exported(tmp_path):
    """A folder as `cscfuse export` leaves it: a file, and a folder of files, each with its report."""
    folder = tmp_path / "ivf"
    (folder / "ivf" / "variables").mkdir(parents=True)
    (folder / "ivf.tflite").write_bytes(b"TFL3 weights")
    (folder / "ivf" / "saved_model.pb").write_bytes(b"graph")
    (folder / "ivf" / "variables" / "data").write_bytes(b"values")
    for name in ("ivf.tflite", "ivf"):
        (folder / f"{name}.json").write_text(json.dumps({"sha256": hashes_of(folder, [name])}))
    (folder / "other.json").write_text("[1, 2")
    return folder


def test_whole_files_are_told(run, exported):
    outcome = run("verify", exported)
    assert outcome.code == 0, outcome
    assert [line.split(":")[0] for line in outcome.output] == [str(exported / name) for name in ("ivf", "ivf.tflite")]


@pytest.mark.parametrize("name", ["ivf.tflite", "ivf/saved_model.pb", "ivf/variables/data"])
@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"evil"), lambda path: path.unlink()])
def test_a_changed_file_is_refused(refused, exported, name, change):
    change(exported / name)
    refused(4, "verify", exported, words=[exported / name, "expected SHA-256", "export again"])


def test_a_file_too_many_is_refused(refused, exported):
    (exported / "ivf" / "assets").mkdir()
    (exported / "ivf" / "assets" / "more").write_bytes(b"")
    refused(4, "verify", exported, words=["more", "expected no such file"])


def test_no_report(refused, tmp_path):
    refused(3, "verify", tmp_path, words=[tmp_path, "found none"])
    refused(3, "verify", tmp_path / "missing", words=["missing", "found none"])


@pytest.mark.parametrize("content", ['{"sha256": {"../../etc/passwd": "0"}}', '{"sha256": {"": "0"}}'])
def test_reports_lead_nowhere_else(refused, tmp_path, content):
    (tmp_path / "report.json").write_text(content)
    refused(4, "verify", tmp_path, words=["no such file"])
