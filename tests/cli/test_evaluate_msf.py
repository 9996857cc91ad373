"""`cscfuse evaluate --task msf`."""

import csv
import json

import numpy as np
import pytest
import scipy.io

from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.tasks.msf_scores import judge_degraded, plan


@pytest.fixture
def scenes(tmp_path):
    random = np.random.default_rng(0)
    bands, guide = random.integers(200, 2048, (20, 24, 4), "uint16"), random.integers(200, 2048, (40, 48), "uint16")
    (tmp_path / "scenes").mkdir()
    scipy.io.savemat(tmp_path / "scenes" / "city.mat", {"I_MS": bands, "I_PAN": guide})
    return tmp_path / "scenes"


@pytest.fixture
def evaluate(cscfuse, scenes, msf_model, tmp_path):
    return lambda *arguments: cscfuse(
        "evaluate", "--task", "msf", "--scenes", scenes, "--preset", msf_model, "-o", tmp_path / "r", *arguments
    )


def rows(folder):
    with (folder / "r" / "scores.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["row"] == "item"]


def test_reduced_resolution(evaluate, scenes, msf_model, tmp_path):
    scale = ("--full-scale", 2047, "--guide-full-scale", 2047)
    result = evaluate("--degradation", "nearest", "--sensor", "ikonos", *scale)
    assert result.exit_code == 0, result.output
    (scene,) = plan(scenes, "ikonos", 2047, 2047)
    expected, _ = judge_degraded(scene, str(msf_model), MSFFuser(msf_model), 2, "nearest")
    assert {row["method"] for row in rows(tmp_path)} == set(expected)
    for row in rows(tmp_path):
        for name, value in expected[row["method"]].items():
            assert float(row[name]) == pytest.approx(value, rel=1e-4), name
    report = json.loads((tmp_path / "r" / "scores.json").read_text())
    assert "nearest" in report["about"]["resolution"]
    shown = report["items"][0]["pictures"]
    assert {"fused", "truth"} < set(shown)
    assert all((tmp_path / "r" / path).exists() for path in shown.values())


def test_full_resolution(evaluate, tmp_path):
    result = evaluate("--full-resolution")
    assert result.exit_code == 0, result.output
    assert {"QNR", "D-lambda", "D-S"} < set(rows(tmp_path)[0])
    assert "PSNR" not in rows(tmp_path)[0]


def test_a_scene_that_does_not_fit_does_not_stop_the_rest(evaluate, scenes, tmp_path):
    scipy.io.savemat(scenes / "odd.mat", {"I_MS": np.ones((20, 24, 3), "uint8"), "I_PAN": np.ones((40, 48), "uint8")})
    result = evaluate()
    assert result.exit_code == 3
    assert "failed: odd.mat: low_resolution: expected 4 bands" in result.output
    assert {row["item"] for row in rows(tmp_path)} == {"city.mat"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fused", "folder"], ["--fused", "--preset"]),
        (["--sensor", "spy"], ["'spy'", "ikonos"]),
        (["--stretch"], ["--stretch", "--task mef"]),
    ],
)
def test_options_that_do_not_go_together(evaluate, arguments, words):
    result = evaluate(*arguments)
    assert result.exit_code == 2
    for word in words:
        assert word in result.output
