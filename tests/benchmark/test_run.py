import json
import math

import cv2
import numpy as np
import pytest

from cscfuse_keras.benchmark.costs import MEMORY, TIME
from cscfuse_keras.benchmark.ivf import IVFBenchmark
from cscfuse_keras.benchmark.method_process import MethodProcess
from cscfuse_keras.benchmark.methods import find_methods
from cscfuse_keras.benchmark.run import run
from cscfuse_keras.benchmark.worker import BAD_METHOD, UNWRITTEN, Runner
from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.metrics import metrics_named


@pytest.fixture
def calls(monkeypatch):
    """Items that are fused, as (method, item); here, since starting processes takes time."""
    made = []

    def fuse(process, item, path):
        made.append((process.method.name, item.name))
        return Runner(process.task, process.method).run(item, str(path))

    monkeypatch.setattr(MethodProcess, "fuse", fuse)
    return made


@pytest.fixture
def bench(pairs, tmp_path, unshown):
    """Run a benchmark of the pairs."""

    def go(names="average,maximum", metrics="EN,SD"):
        methods = find_methods("ivf", names)
        return run(IVFBenchmark.of(pairs), methods, metrics_named("ivf", metrics), tmp_path / "out", unshown)

    return go


def test_methods_are_judged_timed_and_measured(bench):
    outcome = bench()
    assert [item.name for item in outcome.items] == ["a", "b", "c"]
    assert outcome.failures == []
    for item in outcome.items:
        assert list(item.scores) == ["average", "maximum"]
        for values in item.scores.values():
            assert list(values) == ["EN", "SD", TIME.name, MEMORY.name]
            assert 0 < values["EN"] < 8
            assert 0 < values[TIME.name] < 5
            assert not values[MEMORY.name] > 1
    assert set(outcome.pictures("b")) >= {"average", "maximum", "infrared", "visible"}


def test_nothing_is_done_twice(bench, calls, monkeypatch):
    first = bench()
    assert len(calls) == 6
    calls.clear()
    monkeypatch.setattr(IVFBenchmark, "score", None)
    assert bench().items == first.items
    assert calls == []


def test_only_what_changed_is_done_again(bench, calls, pairs):
    before = bench()
    calls.clear()
    picture = pairs / "ir" / "b.png"
    cv2.imwrite(str(picture), 255 - cv2.imread(str(picture)))
    after = bench("average,maximum,dwt")
    assert calls == [("average", "b"), ("maximum", "b"), *(("DWT", name) for name in "abc")]
    assert after.items[0].scores["average"] == before.items[0].scores["average"]
    assert after.items[1].scores["average"] != before.items[1].scores["average"]


def test_another_metric_needs_no_fusing(bench, calls, monkeypatch):
    before = bench()
    calls.clear()
    asked, score = [], IVFBenchmark.score
    monkeypatch.setattr(
        IVFBenchmark, "score", lambda task, sources, path, rows: asked.extend(rows) or score(task, sources, path, rows)
    )
    after = bench(metrics="EN,SD,SF")
    assert calls == []
    assert {metric.name for metric in asked} == {"SF"}
    assert after.items[0].scores["average"]["EN"] == before.items[0].scores["average"]["EN"]


def test_an_interrupted_benchmark_goes_on_where_it_was(bench, calls, monkeypatch):
    counted = MethodProcess.fuse

    def interrupted(process, item, path):
        if len(calls) == 4:
            raise KeyboardInterrupt
        return counted(process, item, path)

    with monkeypatch.context() as patch:
        patch.setattr(MethodProcess, "fuse", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bench()
    calls.clear()
    assert len(bench().items) == 3
    assert calls == [("maximum", "b"), ("maximum", "c")]


def test_a_bad_item_is_left_out_of_all_methods(bench, pairs, calls):
    (pairs / "vis" / "b.png").write_bytes(b"no picture")
    write_picture(pairs / "ir" / "c.png", np.zeros((50, 50), np.uint8), overwrite=True)
    outcome = bench()
    assert [item.name for item in outcome.items] == ["a"]
    assert len(outcome.failures) == 2
    assert "b.png" in outcome.failures[0]
    assert outcome.failures[1].startswith("c: expected infrared and visible of one size")


def test_results_from_elsewhere(bench, pairs, tmp_path, calls):
    folder = tmp_path / "theirs"
    infrared = read_picture(pairs / "ir" / "a.png").pixels
    write_picture(folder / "a.png", infrared)
    write_picture(folder / "b.png", infrared[:50])
    outcome = bench(f"average,theirs={folder}")
    assert [item.name for item in outcome.items] == ["a", "b", "c"]
    first, second, third = (item.scores["theirs"] for item in outcome.items)
    assert first["EN"] > 0
    assert math.isnan(first[TIME.name])
    assert math.isnan(second["EN"])
    assert math.isnan(third["EN"])
    assert outcome.failures[0] == f"theirs: no result named c in {folder}"
    assert outcome.failures[1].startswith(f"theirs: {folder / 'b.png'}: expected the size of what was fused")
    assert {name for name, _ in calls} == {"average"}


def test_a_method_that_cannot_be_loaded_is_left_out(bench, calls, monkeypatch):
    fuse = MethodProcess.fuse

    def broken(process, item, path):
        return (BAD_METHOD, "no package") if process.method.name == "maximum" else fuse(process, item, path)

    monkeypatch.setattr(MethodProcess, "fuse", broken)
    outcome = bench()
    assert [method.name for method in outcome.methods] == ["average"]
    assert outcome.failures == ["maximum: no package"]


def test_a_full_disk_ends_it(bench, monkeypatch):
    monkeypatch.setattr(MethodProcess, "fuse", lambda *_: (UNWRITTEN, "the disk is full"))
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        bench()


def test_nothing_to_judge_is_an_error(bench, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no result named a"):
        bench(f"theirs={tmp_path / 'empty'}")


def test_a_removed_result_is_made_again(bench, tmp_path, calls):
    bench()
    calls.clear()
    records = list((tmp_path / "out" / "results").glob("average-*/b-*.json"))
    assert json.loads(records[0].read_text())["item"] == "b"
    records[0].with_suffix(".png").unlink()
    bench()
    assert calls == [("average", "b")]


def test_pictures_are_spread_over_the_items(bench, calls):
    outcome = bench()
    assert outcome.evenly(2) == ["a", "b"]
    assert outcome.evenly(0) == []
    assert outcome.evenly(9) == ["a", "b", "c"]
