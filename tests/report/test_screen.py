import io
import re

import pytest
from rich.console import Console

from cscfuse_keras.report.scores import Judged
from cscfuse_keras.report.screen import ScoreTable


def printed(items, metrics, width=80, **options):
    console = Console(file=io.StringIO(), width=width, **options)
    console.print(ScoreTable(items, metrics))
    return console.file.getvalue()


def lines(text):
    return [line.split() for line in text.splitlines()]


def test_rows_and_means(items, metrics):
    rows = lines(printed(items, metrics))
    assert ["item", "method", "UP", "↑", "DOWN", "↓"] in rows
    assert ["second", "ours", "2.000", "–"] in rows
    assert ["mean", "of", "3", "ours", "2.000", "0.500"] in rows
    assert ["other", "4.000", "0.250"] in rows


def test_notes_say_definitions_and_what_was_left_out(items, metrics):
    text = printed(items, metrics)
    assert "Definitions: table1." in text
    assert "left out of the mean: DOWN of ours: 1." in text


def test_one_method_needs_no_column(metrics):
    text = printed([Judged("a", {"ours": {"UP": 1.0, "DOWN": 2.0}})], metrics)
    assert "method" not in text
    assert "left out" not in text


def test_best_of_several_methods_is_bold(items, metrics):
    text = printed(items[:1], metrics, force_terminal=True, color_system="standard")
    bold = re.findall(r"\x1b\[1m *([\d.]+)\x1b\[0m", text)
    assert bold == ["0.250", "3.000"] * 2  # The item's, then the means.


def test_of_many_items_the_worst_are_shown(metrics):
    items = [Judged(f"item{k:02d}", {"ours": {"UP": float(k), "DOWN": float("nan")}}) for k in range(61)]
    text = printed(items, metrics)
    assert [row[0] for row in lines(text) if row and row[0].startswith("item")] == [
        "item",
        *(f"item{k:02d}" for k in range(5)),
    ]
    assert ["mean", "of", "61", "30.000", "–"] in lines(text)
    assert "Shown: 5 of 61 items" in text
    assert "item60" in printed(items[1:], metrics)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_number_is_cut_however_narrow_the_terminal(width, make_metric):
    metrics = [make_metric(f"M{k}", "higher") for k in range(12)]
    values = {metric.name: 10.123 + k for k, metric in enumerate(metrics)}
    text = printed([Judged("a long name " * 20, {"ours": values})], metrics, width)
    assert max(len(line) for line in text.splitlines()) <= width
    for value in values.values():
        assert text.count(f"{value:.3f}") == 2  # Once as the item's, once as the mean.


def test_markup_and_control_characters_in_names_are_text(metrics):
    text = printed([Judged("[red]a\x1b[2J\nb", {"[bold]": {"UP": 1.0, "DOWN": 2.0}})], metrics)
    assert r"[red]a\x1b[2J\nb" in text
