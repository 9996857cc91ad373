"""`cscfuse evaluate --task mef`."""

import csv
import json

import numpy as np
import pytest
from scipy.io import savemat

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.metrics import evaluate_mef
from cscfuse_keras.samples import exposure_bracket
from cscfuse_keras.tasks.mef_scores import MERTENS


@pytest.fixture(scope="module")
def bracket():
    return np.rint(255 * exposure_bracket(3, 96, 192)).astype("uint8")


@pytest.fixture
def scenes(tmp_path, bracket):
    for scene, images in (("room", bracket), ("small room", bracket[:2, ::2, ::2])):
        for k, image in enumerate(images):
            write_picture(tmp_path / "scenes" / scene / f"{k}.png", image)
    return tmp_path / "scenes"


@pytest.fixture
def fused(tmp_path, bracket):
    write_picture(tmp_path / "fused" / "room.png", bracket[1])
    write_picture(tmp_path / "fused" / "small room.png", bracket[1, ::2, ::2])
    return tmp_path / "fused"


@pytest.fixture
def evaluate(cscfuse, scenes, tmp_path):
    return lambda *arguments: cscfuse("evaluate", "--task", "mef", "--scenes", scenes, "-o", tmp_path / "r", *arguments)


def rows(folder):
    with (folder / "r" / "scores.csv").open() as file:
        return list(csv.DictReader(file))


def test_given_pictures_beside_mertens_fusion(evaluate, fused, tmp_path, bracket):
    result = evaluate("--fused", fused)
    assert result.exit_code == 0, result.output
    items = [row for row in rows(tmp_path) if row["row"] == "item"]
    assert [(row["item"], row["method"]) for row in items] == [
        (scene, method) for scene in ("room", "small room") for method in (str(fused), MERTENS)
    ]
    for name, value in evaluate_mef(bracket[1], bracket).items():
        assert float(items[0][name]) == pytest.approx(value, rel=1e-9), name
    assert {row["method"] for row in rows(tmp_path) if row["row"] == "mean"} == {str(fused), MERTENS}
    report = json.loads((tmp_path / "r" / "scores.json").read_text())
    assert report["about"]["fused by"] == str(fused)
    assert MERTENS in report["about"]["beside it"]
    shown = report["items"][0]["pictures"]
    assert list(shown) == ["fused", "Mertens", "darkest", "middle", "brightest"]
    np.testing.assert_array_equal(read_picture(tmp_path / "r" / shown["fused"]).pixels, bracket[1])


def test_a_preset_with_and_without_stretch(evaluate, mef_model, tmp_path):
    scores = []
    for stretch in ("--stretch", "--no-stretch"):
        result = evaluate("--preset", mef_model, stretch, "--overwrite")
        assert result.exit_code == 0, result.output
        scores.append([float(row["MEF-SSIM-training"]) for row in rows(tmp_path)[:2]])
        assert rows(tmp_path)[0]["method"] == str(mef_model)
    (stretched, mertens), (plain, same_mertens) = scores
    assert abs(stretched - plain) > 1e-3
    assert mertens == pytest.approx(same_mertens, abs=1e-3)


def test_model_files_add_their_metrics_and_are_named(evaluate, fused, tmp_path):
    (fused / "small room.png").unlink()
    savemat(tmp_path / "pristine.mat", {"mu_prisparam": np.ones((1, 36)), "cov_prisparam": np.eye(36)})
    result = evaluate("--fused", fused, "--niqe-model", tmp_path / "pristine.mat")
    assert float(rows(tmp_path)[0]["NIQE"]) > 0, result.output
    assert "pristine.mat (SHA-256 " in (tmp_path / "r" / "index.html").read_text()
    missing = evaluate("--fused", fused, "--brisque-model", tmp_path / "lost", "--overwrite")
    assert missing.exit_code == 3
    assert "lost" in missing.output


def test_what_cannot_be_judged_does_not_stop_the_rest(evaluate, scenes, fused, tmp_path, bracket):
    write_picture(fused / "room.png", bracket[1][4:], overwrite=True)
    write_picture(fused / "other.png", bracket[1])
    (scenes / "empty").mkdir()
    result = evaluate("--fused", fused)
    assert result.exit_code == 3
    assert {row["item"] for row in rows(tmp_path) if row["row"] == "item"} == {"small room"}
    assert "failed: " in result.output
    assert "room.png: expected the size of the exposures, 192 x 96, found 192 x 92" in result.output
    assert f"skipped: {scenes / 'empty'}: expected two or more exposures" in result.output
    assert f"skipped: {fused / 'other.png'}: no scene of this name" in result.output


def test_no_report_where_all_fail(evaluate, scenes, fused, tmp_path):
    for scene in ("room", "small room"):
        (scenes / scene / "1.png").write_text("no picture")
    result = evaluate("--fused", fused)
    assert result.exit_code == 3
    assert result.output.count("failed: ") == 2
    assert "all 2 failed" in result.output
    assert not (tmp_path / "r" / "index.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fused", "fused", "--preset", "mef"], ["--preset", "--fused"]),
        (["--fused", "fused", "--no-stretch"], ["--stretch", "--fused"]),
        (["--fused", "fused", "--infrared", "ir"], ["--infrared", "--task ivf"]),
        (["--fused", "fused", "--definitions", "all"], ["--definitions", "--task ivf"]),
    ],
)
def test_options_that_do_not_go_together(evaluate, arguments, words):
    result = evaluate(*arguments)
    assert result.exit_code == 2
    for word in words:
        assert word in result.output


@pytest.mark.parametrize(
    "option", [["--scenes", "x"], ["--no-stretch"], ["--niqe-model", "x"], ["--brisque-model", "x"]]
)
def test_options_of_exposures_are_not_for_pairs(cscfuse, tmp_path, option):
    folders = "--infrared", tmp_path, "--visible", tmp_path
    result = cscfuse("evaluate", "--task", "ivf", *folders, "-o", tmp_path / "r", *option)
    assert result.exit_code == 2
    assert "--task mef" in result.output


def test_scenes_are_needed(cscfuse, tmp_path):
    result = cscfuse("evaluate", "--task", "mef", "-o", tmp_path / "r")
    assert result.exit_code == 2
    assert "expected --scenes" in result.output
