"""Pairs that do not lie in register, and `--align`."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.samples import night_road

FUSE = ("fuse", "--task", "ivf", "--preset", "ivf-lite")
SIZE = 120, 160


@pytest.fixture(scope="module")
def scene():
    return [np.rint(255 * image).astype("uint8") for image in night_road(*SIZE)]


@pytest.fixture(scope="module")
def displaced(scene):
    """The infrared picture of a camera that looks 5 pixels to the left and 3 up."""
    return cv2.copyMakeBorder(scene[0], 3, 0, 5, 0, cv2.BORDER_REPLICATE)[: SIZE[0], : SIZE[1]]


@pytest.fixture
def folders(tmp_path, scene, displaced):
    """Three pairs, of which the infrared picture of the second one shows nothing."""
    for stem in "abc":
        write_picture(tmp_path / "vis" / f"{stem}.png", scene[1])
        write_picture(tmp_path / "ir" / f"{stem}.png", displaced if stem != "b" else np.full(SIZE, 90, "uint8"))
    return tmp_path / "ir", tmp_path / "vis"


def test_a_displaced_pair_is_aligned_and_cropped(run, folders, scene, tmp_path):
    infrared, visible = (folder / "a.png" for folder in folders)
    report = tmp_path / "report"
    outcome = run(*FUSE, infrared, visible, "-o", tmp_path / "f.png", "--align", "--align-report", report)
    assert (outcome.code, outcome.output) == (0, [str(tmp_path / "f.png")])
    assert outcome.errors[0].startswith("a: aligned: moved by ")
    assert 5 < float(outcome.errors[0].split()[4]) < 7
    fused = read_picture(tmp_path / "f.png").pixels
    # The window of the visible picture that the infrared one shows: the first columns and rows, and nothing resampled.
    assert 112 <= fused.shape[0] <= 118
    assert 150 <= fused.shape[1] <= 156
    write_picture(tmp_path / "true-ir.png", scene[0])
    assert run(*FUSE, tmp_path / "true-ir.png", visible, "-o", tmp_path / "true.png").code == 0
    truth = read_picture(tmp_path / "true.png").pixels
    corner = outcome.errors[0].replace(",", "").split()
    column, row = int(corner[corner.index("column") + 1]), int(corner[corner.index("row") + 1])
    truth = truth[row : row + fused.shape[0], column : column + fused.shape[1]]
    assert np.abs(fused.astype(int) - truth).mean() < 6
    assert [path.name for path in report.iterdir()] == ["a-alignment.png"]
    overlay = Image.open(report / "a-alignment.png")
    assert overlay.size == (160 + 8 + fused.shape[1], 120)


def test_without_align_it_is_fused_as_it_is(run, folders, tmp_path):
    outcome = run(*FUSE, *(folder / "a.png" for folder in folders), "-o", tmp_path / "f.png")
    assert outcome.code == 0
    assert read_picture(tmp_path / "f.png").pixels.shape[:2] == SIZE
    assert not any("align" in line for line in outcome.errors)


def test_an_infrared_picture_of_another_size(run, refused, scene, tmp_path):
    write_picture(tmp_path / "ir.png", cv2.resize(scene[0], (128, 96), interpolation=cv2.INTER_AREA))
    write_picture(tmp_path / "vis.tif", scene[1].astype("uint16") * 257, alpha=np.full(SIZE, 40000, "uint16"))
    arguments = *FUSE, tmp_path / "ir.png", tmp_path / "vis.tif", "-o", tmp_path / "f.tif"
    assert "--align" in refused(3, *arguments, words=["128 x 96", "160 x 120"])
    outcome = run(*arguments, "--align")
    assert outcome.code == 0, outcome
    fused = read_picture(tmp_path / "f.tif")
    assert fused.pixels.dtype == np.uint16
    assert min(fused.pixels.shape[:2]) >= 110
    assert fused.alpha is not None
    assert fused.alpha.shape == fused.pixels.shape[:2]


def test_a_pair_that_cannot_be_aligned_is_refused(refused, folders, tmp_path):
    pair = [folder / "b.png" for folder in folders]
    line = refused(
        3, *FUSE, *pair, "-o", tmp_path / "f.png", "--align", words=[*pair, "expected", "found", "do not align"]
    )
    assert "distinctness 0.0, at least 8" in line


def test_a_displacement_beyond_the_limit_is_refused(refused, folders, tmp_path):
    pair = [folder / "a.png" for folder in folders]
    refused(
        3,
        *(*FUSE, *pair, "-o", tmp_path / "f.png", "--align", "--align-limit", 0.02),
        words=[*pair, "at most 3 pixels, found 6"],
    )


@pytest.mark.parametrize(
    ("choice", "code", "written", "line", "said"),
    [
        ("error", 3, "ac", "failed: ", "fused 2 pairs into {}, 1 failed, 0 skipped"),
        ("skip", 0, "ac", "skipped: ", "fused 2 pairs into {}, 0 failed, 1 skipped"),
        ("keep", 0, "abc", "warning: fused as they are, not aligned: ", "fused 3 pairs into {}, 0 failed, 0 skipped"),
    ],
)
def test_in_a_batch_the_caller_decides(run, folders, tmp_path, choice, code, written, line, said):
    outcome = run(*FUSE, *folders, "-o", tmp_path / "out", "--align", "--on-align-fail", choice)
    assert (outcome.code, outcome.output) == (code, [said.format(tmp_path / "out")])
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [f"{stem}.png" for stem in written]
    told = [each for each in outcome.errors if each.startswith(line)]
    assert len(told) == 1
    assert str(folders[0] / "b.png") in told[0]
    if choice == "keep":
        assert read_picture(tmp_path / "out" / "b.png").pixels.shape[:2] == SIZE


def test_a_single_pair_that_is_skipped_leaves_nothing(run, folders, tmp_path):
    pair = [folder / "b.png" for folder in folders]
    outcome = run(*FUSE, *pair, "-o", tmp_path / "out" / "f.png", "--align", "--on-align-fail", "skip")
    assert (outcome.code, outcome.output) == (0, [f"fused 0 pairs into {tmp_path / 'out'}, 0 failed, 1 skipped"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [("--on-align-fail", "keep"), ("--align-limit", 0.1), ("--align-report", "report")])
def test_options_of_an_alignment_that_was_not_asked_for(refused, folders, tmp_path, option):
    refused(2, *FUSE, *folders, "-o", tmp_path / "out", *option, words=[option[0], "--align"])


def test_a_picture_of_the_report_is_not_replaced(refused, folders, tmp_path):
    write_picture(tmp_path / "report" / "a-alignment.png", np.zeros((8, 8), "uint8"))
    pair = [folder / "a.png" for folder in folders]
    arguments = *FUSE, *pair, "-o", tmp_path / "f.png", "--align", "--align-report", tmp_path / "report"
    refused(2, *arguments, words=["a-alignment.png", "existing"])


def test_an_evaluation_judges_the_aligned_pair(run, folders, tmp_path):
    fused, report = tmp_path / "fused", tmp_path / "report"
    run(*FUSE, *folders, "-o", fused, "--align")
    sources = "--infrared", folders[0], "--visible", folders[1]
    outcome = run("evaluate", "--task", "ivf", *sources, "--fused", fused, "-o", report, "--align")
    assert outcome.code == 3, outcome
    scores = json.loads((report / "scores.json").read_text())
    assert "aligned" in scores["about"]
    pictures = [path.name for path in (report / "pictures").iterdir()]
    assert sum("edges-before-and-after" in name for name in pictures) == 2
    assert any("b.png" in line and line.startswith("skipped: ") for line in outcome.errors)
