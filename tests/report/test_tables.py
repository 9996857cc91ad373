import csv
import io
import json

import pytest

from cscfuse_keras.report.scores import Judged
from cscfuse_keras.report.tables import scores_csv, scores_json, scores_latex


def test_csv(items, metrics):
    assert scores_csv(items, metrics).splitlines() == [
        "row,item,method,UP,DOWN",
        "item,first,ours,1.0,0.25",
        "item,first,other,3.0,0.5",
        "item,second,ours,2.0,",
        "item,second,other,4.0,0.125",
        "item,third,ours,3.0,0.75",
        "item,third,other,5.0,0.125",
        "mean,,ours,2.0,0.5",
        "mean,,other,4.0,0.25",
        "left_out,,ours,0,1",
        "left_out,,other,0,0",
    ]


def test_csv_keeps_every_name_and_digit(metrics):
    name = 'a,"b"\nc/日本'
    text = scores_csv([Judged(name, {"ours": {"UP": 0.1 + 0.2, "DOWN": float("inf")}})], metrics)
    row = list(csv.reader(io.StringIO(text)))[1]
    assert row[1] == name
    assert float(row[3]) == 0.1 + 0.2
    assert float(row[4]) == float("inf")


def test_json(items, metrics):
    content = json.loads(scores_json(items, metrics, {"preset": "ivf-paper"}, complete=True))
    assert content["complete"] is True
    assert content["about"] == {"preset": "ivf-paper"}
    assert content["metrics"][1] == {
        "name": "DOWN",
        "title": "DOWN written out",
        "direction": "lower",
        "value_range": [0.0, "Infinity"],
        "definition": "a < b & c",
        "source": "hand",
        "definition_set": "table1",
    }
    assert content["means"]["ours"]["DOWN"] == {"value": 0.5, "counted": 2, "left_out": 1}
    assert content["items"][1] == {
        "name": "second",
        "scores": {"ours": {"UP": 2.0, "DOWN": None}, "other": {"UP": 4.0, "DOWN": 0.125}},
        "pictures": {},
    }


def test_json_is_strict(metrics):
    values = {"UP": float("-inf"), "DOWN": float("nan")}
    text = scores_json([Judged("a", {"ours": values})], metrics, {}, complete=False)
    content = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert content["items"][0]["scores"]["ours"] == {"UP": "-Infinity", "DOWN": None}
    assert content["means"]["ours"]["DOWN"] == {"value": None, "counted": 0, "left_out": 1}
    assert content["complete"] is False


def test_latex_marks_the_best_and_the_second_and_escapes_names(metrics):
    values = {"a_b&c": (1.0, 0.5), "ours": (3.0, 0.00002), "none": (2.0, float("nan")), "worst": (-1.0, 0.7)}
    items = [Judged("one", {method: {"UP": up, "DOWN": down} for method, (up, down) in values.items()})]
    lines = scores_latex(items, metrics).splitlines()
    assert lines[1:4] == [
        r"\begin{tabular}{lrr}",
        r"\toprule",
        r"Method & UP $\uparrow$ & DOWN $\downarrow$ \\",
    ]
    assert lines[5:9] == [
        r"a\_b\&c & 1.000 & \underline{0.500} \\",
        r"ours & \textbf{3.000} & \textbf{$2.0\cdot 10^{-5}$} \\",
        r"none & \underline{2.000} & -- \\",
        r"worst & $-1.000$ & 0.700 \\",
    ]
    assert lines[-1] == r"\end{tabular}"
