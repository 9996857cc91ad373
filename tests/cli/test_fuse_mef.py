"""`cscfuse fuse --task mef` as a user meets it."""

import numpy as np
import pytest

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.samples import exposure_bracket


@pytest.fixture(scope="module")
def bracket():
    return np.rint(255 * exposure_bracket(3, 80, 100)).astype("uint8")


@pytest.fixture
def scenes(tmp_path, bracket):
    """Folder of two scenes, the second with the exposures displaced."""
    for k, image in enumerate(bracket):
        write_picture(tmp_path / "photos" / "still" / f"{k}.png", image)
        write_picture(tmp_path / "photos" / "held" / f"{k}.png", image[2 * k : 70 + 2 * k, 6 - 3 * k : 94 - 3 * k])
    return tmp_path / "photos"


@pytest.fixture
def fuse(cscfuse, mef_model):
    return lambda *arguments: cscfuse("fuse", "--task", "mef", "--preset", mef_model, *arguments)


def test_pictures_in_any_order(fuse, scenes, tmp_path, bracket):
    files = [scenes / "still" / f"{k}.png" for k in (2, 0, 1)]
    result = fuse(*files, "-o", tmp_path / "fused.png")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / 'fused.png'}\n"
    fused = read_picture(tmp_path / "fused.png").pixels
    assert fused.shape == bracket[0].shape
    assert fused.dtype == np.uint8
    assert fuse(scenes / "still", "-o", tmp_path / "again.png").exit_code == 0
    difference = read_picture(tmp_path / "again.png").pixels.astype(int) - fused
    assert np.abs(difference).max() <= 1


def test_stretch_can_be_switched_off(fuse, scenes, tmp_path):
    for name in ("stretch", "no-stretch"):
        assert fuse(scenes / "still", "-o", tmp_path / f"{name}.png", f"--{name}").exit_code == 0
    stretched, plain = (read_picture(tmp_path / f"{name}.png").pixels for name in ("stretch", "no-stretch"))
    for end in (0, 255):
        assert (stretched == end).mean() > max(0.004, (plain == end).mean())


def test_align_tells_what_it_did(fuse, scenes, tmp_path):
    result = fuse(scenes / "held", "-o", tmp_path, "--align")
    assert result.exit_code == 0, result.output
    assert "0.png by +3, -2; 2.png by -3, +2 pixels; cropped from 88 x 70 to 82 x 66" in result.output
    assert read_picture(tmp_path / "held.png").pixels.shape == (66, 82, 3)


def test_a_bad_scene_does_not_stop_the_batch(fuse, scenes, tmp_path):
    (scenes / "still" / "1.png").write_text("no picture")
    write_picture(scenes / "sizes" / "a.png", np.zeros((20, 30), "uint8"))
    write_picture(scenes / "sizes" / "b.png", np.zeros((30, 20), "uint8"))
    result = fuse("--batch", scenes, "-o", tmp_path / "out")
    assert result.exit_code == 3
    assert "still/1.png" in result.output
    assert "30 x 20 in" in result.output
    assert "fused 1 scenes into" in result.output
    assert "2 failed, 0 skipped" in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["held.png"]
    (scenes / "single").mkdir()
    assert "single: expected two or more exposures" in fuse("--batch", scenes, "-o", tmp_path / "new").output


def test_a_batch_does_not_take_its_results_for_a_scene(fuse, scenes):
    arguments = "--batch", scenes, "-o", scenes / "fused"
    assert fuse(*arguments).exit_code == 0
    result = fuse(*arguments)
    assert result.exit_code == 2
    assert "--overwrite" in result.output
    assert "fused 2 scenes" in fuse(*arguments, "--overwrite").output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["still/0.png", "-o", "x.png"], 2, ["at least two exposures"]),
        (["still/0.png", "held/0.png", "-o", "x.png"], 3, ["still/0.png", "held/0.png", "100 x 80", "88 x 70"]),
        (["still", "-o", "still/1.png", "--overwrite"], 2, ["found an input"]),
        (["still", "-o", "x.gif"], 2, [".gif"]),
        (["still", "-o", "x.png", "--gain", "2"], 2, ["--gain", "--task ivf"]),
        (["still", "-o", "x.png", "--rule-base", "sum"], 2, ["--rule-base", "--task ivf"]),
        (["missing", "-o", "x.png"], 3, ["missing"]),
        ([".", "-o", "x.png"], 3, ["--batch"]),
        (["still", "-o", "x.png", "--preset", "ivf-paper"], 4, ["task mef", "ivf"]),
    ],
)
def test_errors_are_one_line_with_a_code(fuse, scenes, monkeypatch, arguments, code, words):
    monkeypatch.chdir(scenes)
    result = fuse(*arguments)
    assert result.exit_code == code, result.output
    assert len(result.output.strip().splitlines()) == 1, result.output
    for word in words:
        assert word in result.output
    assert not (scenes / "x.png").exists()


@pytest.mark.parametrize("option", ["--batch", "--stretch", "--no-stretch"])
def test_options_of_exposures_are_not_for_pairs(cscfuse, scenes, tmp_path, option):
    pair = scenes / "still" / "0.png", scenes / "still" / "1.png"
    result = cscfuse("fuse", "--task", "ivf", *pair, "-o", tmp_path / "x.png", option)
    assert result.exit_code == 2
    assert "--task mef" in result.output
