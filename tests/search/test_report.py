import csv
import json
from xml.etree import ElementTree

import pytest
from rich.console import Console

from cscfuse_keras.search.job import Outcome
from cscfuse_keras.search.report import ResultTable, write_report
from cscfuse_keras.search.results import Result, ranked

SVG = "{http://www.w3.org/2000/svg}"


def result(number, values, scores, problem=""):
    state = "failed" if problem else "complete" if scores else "open"
    done = {"validation_loss": 0.25, "parameters": 1234, "seconds": 5.0} if scores else {}
    return Result(number, values, state, Outcome(scores, problem=problem, **done), f"run{number}")


@pytest.fixture
def search(search_of):
    return search_of("units=1,3", "rule=sum,average", "learning_rate=1e-4..1e-2", sampler="tpe", score="Qabf,Nabf")


@pytest.fixture
def results():
    def values(units, rule, rate):
        return {"units": units, "rule": rule, "learning_rate": rate}

    return [
        result(0, values(1, "sum", 1e-4), {"Qabf": 0.5, "Nabf": 0.3}),
        result(1, values(3, "sum", 1e-3), {"Qabf": 0.7, "Nabf": 0.1}),
        result(2, values(3, "sum", 1e-2), {"Qabf": 0.6, "Nabf": 0.2}),
        result(3, values(1, "average", 1e-2), {}, "the loss became nan & <void>"),
        result(4, values(1, "average", 1e-3), {}),
    ]


def test_the_best_mean_rank_comes_first_whatever_the_direction(search, results):
    assert [each.number for each in ranked(results, search.metrics)] == [1, 2, 0]
    results[0] = result(0, results[0].values, {"Qabf": 0.9, "Nabf": 0.3})
    # Equal mean ranks of 1 and 0: the first metric decides.
    assert [each.number for each in ranked(results[:2], search.metrics)] == [0, 1]


def test_files(search, results, tmp_path):
    write_report(tmp_path, search, results, {"command": "cscfuse search <x>"})
    rows = list(csv.DictReader((tmp_path / "trials.csv").open()))
    assert [(row["trial"], row["state"]) for row in rows] == [
        *(("1", "complete"), ("2", "complete"), ("0", "complete"), ("3", "failed"), ("4", "open"))
    ]
    assert (rows[0]["units"], rows[0]["rule"], rows[0]["learning_rate"]) == ("3", "sum", "0.001")
    assert float(rows[0]["Qabf"]) == 0.7
    assert rows[3]["problem"] == "the loss became nan & <void>"
    stored = json.loads((tmp_path / "trials.json").read_text())
    assert [trial["number"] for trial in stored["trials"]] == [1, 2, 0, 3, 4]
    assert stored["metrics"] == [{"name": "Qabf", "direction": "higher"}, {"name": "Nabf", "direction": "lower"}]
    page = (tmp_path / "index.html").read_text()
    assert "3 complete, 1 failed, 1 open" in page
    assert "nan &amp; &lt;void&gt;" in page
    assert "search &lt;x&gt;" in page
    plots = {path.name for path in (tmp_path / "plots").iterdir()}
    assert plots == {
        f"{metric}-by-{axes}.svg"
        for metric in ("Qabf", "Nabf")
        for axes in ("units", "rule", "learning_rate", "units-and-rule")
    }
    assert all(f"plots/{name}" in page for name in plots)


def test_a_plot_has_a_dot_a_trial_the_better_the_higher(search, results, tmp_path):
    write_report(tmp_path, search, results, {})
    tree = ElementTree.parse(tmp_path / "plots" / "Qabf-by-learning_rate.svg")
    dots = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in tree.iter(f"{SVG}circle")]
    by_rate = sorted(dots)
    assert len(dots) == 3
    # Best first; 0.7 lies above 0.6, that above 0.5; and the scale is logarithmic.
    assert [y for _, y in dots] == sorted(y for _, y in dots)
    assert by_rate[1][0] - by_rate[0][0] == pytest.approx(by_rate[2][0] - by_rate[1][0], abs=0.2)


@pytest.mark.parametrize(("metric", "best"), [("Qabf", "0.700"), ("Nabf", "0.100")])
def test_a_heat_table_shows_the_best_of_the_rest_and_what_is_missing(search, results, tmp_path, metric, best):
    write_report(tmp_path, search, results, {})
    tree = ElementTree.parse(tmp_path / "plots" / f"{metric}-by-units-and-rule.svg")
    cells = [float(cell.get("fill-opacity", "")) for cell in tree.iter(f"{SVG}rect") if cell.get("stroke")]
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    first = "0.500" if metric == "Qabf" else "0.300"
    assert texts[-6:] == ["1", first, "–", "3", best, "–"]
    # In the order of the cells: the worst, missing, the best, missing.
    assert 0 == cells[1] == cells[3] < cells[0] < cells[2] == 1


def test_plots_of_an_earlier_search_go(search, search_of, results, tmp_path):
    write_report(tmp_path, search, results, {})
    write_report(tmp_path, search_of("units=1,3"), [], {})
    assert list((tmp_path / "plots").iterdir()) == []


@pytest.mark.parametrize("width", [40, 80, 160])
def test_the_table_on_screen_keeps_its_numbers(search, results, width):
    console = Console(width=width, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(ResultTable(search, results))
    text = captured.get()
    if width > 60:
        assert [text.index(score) for score in ("0.700", "0.600", "0.500")] == sorted(
            text.index(score) for score in ("0.700", "0.600", "0.500")
        )
        assert "1,234" in text
    assert max(map(len, text.splitlines())) <= width
