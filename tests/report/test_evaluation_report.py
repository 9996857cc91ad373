import json

import numpy as np
import pytest
from PIL import Image

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from cscfuse_keras.metrics import evaluate_ivf, metrics_for
from cscfuse_keras.report import EvaluationReport

VALUES = {"ours": {"UP": 1.0, "DOWN": 2.0}}
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)
COLOUR = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


def read_json(folder):
    return json.loads((folder / "scores.json").read_text(encoding="utf-8"))


def test_files(tmp_path, metrics):
    folder = tmp_path / "new" / "report"
    with EvaluationReport(folder, metrics, about={"preset": "ivf-paper"}) as report:
        report.add("01", VALUES, {"infrared": GREY, "fused": COLOUR})
    assert {path.name for path in folder.iterdir()} == {"scores.csv", "scores.json", "index.html", "pictures"}
    content = read_json(folder)
    assert content["complete"]
    pictures = content["items"][0]["pictures"]
    assert list(pictures) == ["infrared", "fused"]
    for title, pixels in {"infrared": GREY, "fused": COLOUR}.items():
        assert np.array_equal(np.asarray(Image.open(folder / pictures[title])), pixels)
        assert pictures[title] in (folder / "index.html").read_text(encoding="utf-8")
    assert (report.items[0].pictures["fused"].width, report.items[0].pictures["fused"].height) == (4, 3)


def test_scores_of_the_metrics_are_accepted_as_they_are(tmp_path):
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (48, 48), np.uint8) for _ in range(3)]
    scores = evaluate_ivf(*images)
    rows = metrics_for("ivf", "table1")
    with EvaluationReport(tmp_path, rows, about={}) as report:
        report.add("01", {"ours": scores}, {})
    assert read_json(tmp_path)["items"][0]["scores"]["ours"] == {row.name: scores[row.name] for row in rows}


@pytest.mark.parametrize(
    "name", ["../../etc/x", "a b\nc", "日本", "\udcff", "", "con.", "<script>", "#?%20", "x" * 400, "/"]
)
def test_any_name_gives_a_safe_file_and_comes_back_from_json(tmp_path, metrics, name):
    with EvaluationReport(tmp_path, metrics, about={"data": name}) as report:
        report.add(name, VALUES, {name: GREY})
    item = read_json(tmp_path)["items"][0]
    assert item["name"] == name
    (path,) = item["pictures"].values()
    assert (tmp_path / path).parent == tmp_path / "pictures"
    assert (tmp_path / path).is_file()
    assert set(path.removeprefix("pictures/").removesuffix(".png")) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
    )
    assert len(path) < 120


def test_names_and_titles_that_read_alike_keep_their_own_pictures(tmp_path, metrics):
    with EvaluationReport(tmp_path, metrics, about={}) as report:
        report.add("日本", VALUES, {"a b": GREY, "a/b": GREY + 1})
        report.add("中国", VALUES, {"a b": GREY + 2})
    files = [path for item in read_json(tmp_path)["items"] for path in item["pictures"].values()]
    assert [np.asarray(Image.open(tmp_path / file))[0, 0] for file in files] == [0, 1, 2]


def test_an_error_leaves_the_items_so_far(tmp_path, metrics):
    with pytest.raises(ZeroDivisionError), EvaluationReport(tmp_path, metrics, about={}) as report:
        report.add("01", VALUES, {})
        raise ZeroDivisionError
    content = read_json(tmp_path)
    assert not content["complete"]
    assert len(content["items"]) == 1
    assert "stopped early" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_an_error_before_the_first_item_leaves_no_page(tmp_path, metrics):
    with pytest.raises(ZeroDivisionError), EvaluationReport(tmp_path, metrics, about={}):
        raise ZeroDivisionError
    assert not (tmp_path / "index.html").exists()


def test_a_report_without_items_is_refused(tmp_path, metrics):
    with pytest.raises(InputError, match="found none"), EvaluationReport(tmp_path, metrics, about={}):
        pass


def test_a_report_is_replaced_only_if_asked(tmp_path, metrics):
    with EvaluationReport(tmp_path, metrics, about={}) as report:
        report.add("old", VALUES, {"fused": GREY})
        report.add("old too", VALUES, {"fused": GREY})
    (tmp_path / "pictures" / "mine.png").touch()
    before = (tmp_path / "scores.csv").read_bytes()
    with pytest.raises(UsageError, match="allow overwriting"), EvaluationReport(tmp_path, metrics, about={}):
        pass
    assert (tmp_path / "scores.csv").read_bytes() == before
    with EvaluationReport(tmp_path, metrics, about={}, overwrite=True) as report:
        assert not (tmp_path / "index.html").exists()
        report.add("new", VALUES, {"fused": GREY})
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {"mine.png", "item-0001-new-1-fused.png"}


def test_missing_scores_are_refused(tmp_path, metrics):
    report = EvaluationReport(tmp_path, metrics, about={})
    with pytest.raises(UsageError, match="expected a value of DOWN for ours, found none"):
        report.add("01", {"ours": {"UP": 1.0}}, {})
    with pytest.raises(UsageError, match="at least one method"):
        report.add("01", {}, {})
    report.add("01", VALUES, {})
    with pytest.raises(UsageError, match="expected scores by ours, found other"):
        report.add("02", {"other": VALUES["ours"]}, {})
    assert [item.name for item in report.items] == ["01"]


@pytest.mark.parametrize("pixels", [GREY / 255, GREY.astype(np.uint16), COLOUR[..., :2]])
def test_other_pictures_are_refused(tmp_path, metrics, pixels):
    report = EvaluationReport(tmp_path, metrics, about={})
    with pytest.raises(InputError, match="found"):
        report.add("01", VALUES, {"fused": pixels})
    assert report.items == []


def test_a_folder_that_cannot_be_is_refused(tmp_path, metrics):
    (tmp_path / "file").touch()
    report = EvaluationReport(tmp_path / "file", metrics, about={})
    with pytest.raises(EnvironmentProblem, match="expected to write a report"), report:
        pass
