"""`cscfuse benchmark`."""

import csv
import json

import numpy as np
import pytest

from cscfuse_keras.benchmark.method_process import MethodProcess
from cscfuse_keras.benchmark.worker import Runner
from cscfuse_keras.io import write_picture
from cscfuse_keras.samples import night_road


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for seed, stem in enumerate("ab"):
        for name, image in zip(("infrared", "visible"), night_road(height=64, width=80, seed=seed), strict=True):
            write_picture(folder / name / f"{stem}.png", np.rint(255 * image).astype("uint8"))
    return folder


@pytest.fixture
def in_this_process(monkeypatch):
    """Methods run here, since starting processes takes time; the items that they fused."""
    fused = []

    def fuse(process, item, path):
        fused.append(item.name)
        return Runner(process.task, process.method).run(item, str(path))

    monkeypatch.setattr(MethodProcess, "fuse", fuse)
    return fused


def test_presets_other_methods_and_results_from_elsewhere(cscfuse, data, tmp_path):
    for stem in "ab":
        write_picture(tmp_path / "theirs" / f"{stem}.png", np.full((64, 80), 100, np.uint8))
    methods = f"ours-lite,laplacian-pyramid,theirs={tmp_path / 'theirs'}"
    command = ["benchmark", "--task", "ivf", "--data", data, "--methods", methods, "-o", tmp_path / "out"]
    result = cscfuse(*command, "--metrics", "EN,Qabf,SF")
    assert result.exit_code == 0, result.output
    assert "Laplacian pyramid" in result.output
    assert result.output.splitlines()[-1] == str(tmp_path / "out" / "index.html")
    rows = list(csv.DictReader((tmp_path / "out" / "scores.csv").open()))
    items = [row for row in rows if row["row"] == "item"]
    assert [(row["item"], row["method"]) for row in items] == [
        (stem, method) for stem in "ab" for method in ("ours-lite", "Laplacian pyramid", "theirs")
    ]
    for row in items:
        assert (row["time [s]"] == "") == (row["method"] == "theirs")
        assert float(row["SF"]) >= 0
    assert float(next(row["EN"] for row in items if row["method"] == "theirs")) == 0
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/webp") == 2 * (3 + 2 + 3)
    assert "runtime" in page
    before = (tmp_path / "out" / "scores.csv").read_text()
    assert cscfuse(*command, "--metrics", "EN,Qabf,SF").exit_code == 0
    assert (tmp_path / "out" / "scores.csv").read_text() == before


def test_what_fails_is_listed_and_the_rest_is_written(cscfuse, data, tmp_path, in_this_process):
    folder = tmp_path / "data"
    for name in ("infrared", "visible"):
        for path in (data / name).iterdir():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / path.name).write_bytes(path.read_bytes())
    (folder / "visible" / "a.png").write_bytes(b"no picture")
    (folder / "visible" / "alone.png").write_bytes(b"no picture")
    command = ["benchmark", "--task", "ivf", "--data", folder, "--methods", "average", "--metrics", "EN"]
    result = cscfuse(*command, "-o", tmp_path / "out", "--page-pictures", "0")
    assert result.exit_code == 3
    assert "a.png" in result.output
    assert "skipped:" in result.output
    assert "alone" in result.output
    report = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert [item["name"] for item in report["items"]] == ["b"]
    assert "data:image" not in (tmp_path / "out" / "index.html").read_text()


def test_an_interrupted_benchmark_goes_on(cscfuse, data, tmp_path, in_this_process, monkeypatch):
    command = ["benchmark", "--task", "ivf", "--data", data, "--methods", "average", "--metrics", "EN"]
    fuse = MethodProcess.fuse

    def interrupted(process, item, path):
        if in_this_process:
            raise KeyboardInterrupt
        return fuse(process, item, path)

    with monkeypatch.context() as patch:
        patch.setattr(MethodProcess, "fuse", interrupted)
        result = cscfuse(*command, "-o", tmp_path / "out")
    assert result.exit_code == 130
    assert "the same command goes on there" in result.output
    assert in_this_process == ["a"]
    assert cscfuse(*command, "-o", tmp_path / "out").exit_code == 0
    assert in_this_process == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--task", "ivf", "--methods", "mertens"], "found no method 'mertens'"),
        (["--task", "ivf", "--metrics", "EM"], "found 'EM'"),
        (["--task", "ivf", "--scale", "2"], "--scale: expected with --task msf"),
        (["--task", "msf", "--metrics", "QNR"], "expected metrics that need a truth"),
    ],
)
def test_what_cannot_be_is_refused_at_once(cscfuse, data, tmp_path, arguments, told):
    result = cscfuse("benchmark", *arguments, "--data", data, "-o", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert not (tmp_path / "out").exists()


def test_another_report_is_not_overwritten(cscfuse, data, tmp_path):
    (tmp_path / "index.html").write_text("of an evaluation")
    result = cscfuse("benchmark", "--task", "ivf", "--data", data, "-o", tmp_path)
    assert result.exit_code == 2
    assert "expected a benchmark's folder" in result.output
    assert (tmp_path / "index.html").read_text() == "of an evaluation"


def test_data_without_pairs_is_refused(cscfuse, tmp_path):
    result = cscfuse("benchmark", "--task", "ivf", "--data", tmp_path, "--methods", "average", "-o", tmp_path / "out")
    assert result.exit_code == 3
    assert "infrared and visible or ir and vis" in result.output
