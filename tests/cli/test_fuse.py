"""`cscfuse fuse` as a user meets it."""

import cv2
import numpy as np
import pytest
from PIL import Image

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.samples import night_road


@pytest.fixture(scope="module")
def scene():
    infrared, visible = night_road(height=72, width=96)
    return np.rint(255 * infrared).astype("uint8"), np.rint(255 * visible).astype("uint8")


@pytest.fixture
def pair(tmp_path, scene):
    infrared, visible = tmp_path / "infrared.png", tmp_path / "visible.png"
    write_picture(infrared, scene[0])
    write_picture(visible, scene[1])
    return infrared, visible


def test_colour_pair_keeps_chroma(cscfuse, pair, tmp_path, scene):
    result = cscfuse("fuse", "--task", "ivf", *pair, "-o", tmp_path / "fused.png")
    assert result.exit_code == 0, result.output
    fused = read_picture(tmp_path / "fused.png").pixels
    assert fused.shape == scene[1].shape
    assert fused.dtype == np.uint8
    before, after = (cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(int) for image in (scene[1], fused))
    assert np.abs(after[..., 0] - before[..., 0]).max() > 20
    # Chroma is kept where it fits the new luma, and else only becomes weaker.
    assert (np.abs(after[..., 1:] - 128) <= np.abs(before[..., 1:] - 128) + 2).all()
    assert (np.abs(after[..., 1:] - before[..., 1:]) <= 2).mean() > 0.8


def test_grey_stays_grey_and_16_bits_stay_16(cscfuse, tmp_path, scene):
    infrared, visible = tmp_path / "a.tif", tmp_path / "b.tif"
    write_picture(infrared, scene[0])
    write_picture(visible, scene[1][..., 1].astype("uint16") * 257)
    assert cscfuse("fuse", "--task", "ivf", infrared, visible, "-o", tmp_path / "f.tif").exit_code == 0
    fused = read_picture(tmp_path / "f.tif").pixels
    assert fused.ndim == 2
    assert fused.dtype == np.uint16
    assert len(np.unique(fused)) > 256


def test_exif_and_profile_of_the_visible_picture_are_kept(cscfuse, pair, tmp_path, scene):
    visible = tmp_path / "camera.jpg"
    exif = Image.Exif()
    exif[0x010F] = "A maker"
    write_picture(visible, scene[1], exif=exif.tobytes())
    assert cscfuse("fuse", "--task", "ivf", pair[0], visible, "-o", tmp_path / "fused.jpg").exit_code == 0
    assert Image.open(tmp_path / "fused.jpg").getexif()[0x010F] == "A maker"


def test_folders_pair_by_stem_and_name_what_is_left_over(cscfuse, tmp_path, scene):
    for stem in ("one", "two"):
        write_picture(tmp_path / "ir" / f"{stem}.png", scene[0])
        write_picture(tmp_path / "vis" / f"{stem}.jpg", scene[1])
    write_picture(tmp_path / "ir" / "alone.png", scene[0])
    result = cscfuse("fuse", "--task", "ivf", tmp_path / "ir", tmp_path / "vis", "-o", tmp_path / "out")
    assert result.exit_code == 3
    assert "alone.png" in result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one.jpg", "two.jpg"]


def test_a_bad_pair_does_not_stop_the_rest(cscfuse, tmp_path, scene):
    for stem in ("a", "b", "c"):
        write_picture(tmp_path / "ir" / f"{stem}.png", scene[0])
        write_picture(tmp_path / "vis" / f"{stem}.png", scene[1] if stem != "b" else scene[1][:-2])
    result = cscfuse("fuse", "--task", "ivf", tmp_path / "ir", tmp_path / "vis", "-o", tmp_path / "out")
    assert result.exit_code == 3
    assert "b.png" in result.output
    assert "96 x 72" in result.output
    assert "96 x 70" in result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "c.png"]


def test_all_runtimes_give_one_picture_and_say_who_they_are(cscfuse, pair, tmp_path):
    pictures = []
    for runtime in ("auto", "keras", "litert", "openvino"):
        output = tmp_path / f"{runtime}.png"
        arguments = ["fuse", "--task", "ivf", *pair, "-o", output, "--runtime", runtime]
        result = cscfuse(*arguments, *([] if runtime in ("keras", "auto") else ["--threads", "1"]))
        assert result.exit_code == 0, result.output
        assert f"runtime: {'openvino' if runtime == 'auto' else runtime}" in result.stderr
        pictures.append(read_picture(output).pixels.astype(int))
    assert np.ptp(pictures, axis=0).max() <= 1


def test_options_change_the_picture(cscfuse, pair, tmp_path):
    def fused(name, *options):
        result = cscfuse("fuse", "--task", "ivf", *pair, "-o", tmp_path / f"{name}.png", *options)
        assert result.exit_code == 0, result.output
        return read_picture(tmp_path / f"{name}.png").pixels.astype(int)

    default = fused("default")
    np.testing.assert_array_equal(fused("preset", "--preset", "ivf"), default)
    assert fused("flat", "--gain", "0.5").std() < 0.9 * default.std()
    paper = fused("paper", "--preset", "ivf-paper")
    for name, options in {
        "other": [],
        "base": ["--rule-base", "average"],
        "detail": ["--rule-detail", "saliency"],
        "gain": ["--gain", "1.0"],
    }.items():
        compared = paper if options else default
        assert np.abs(fused(name, "--preset", "ivf-paper", *options) - compared).max() > 2, name


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.png", "visible.png", "-o", "x.png"], 3, ["missing.png", "found nothing"]),
        (["infrared.png", "-o", "x.png"], 2, ["two sources"]),
        (["infrared.png", "visible.png", "-o", "x.gif"], 2, [".gif"]),
        (["infrared.png", "visible.png", "-o", "infrared.png", "--overwrite"], 2, ["found an input"]),
        (["infrared.png", "visible.png", "-o", "x.png", "--preset", "ivf-best"], 2, ["ivf-best", "ivf-paper"]),
        (["infrared.png", "visible.png", "-o", "x.png", "--rule-base", "sum"], 2, ["--rule-base", "ivf-paper"]),
        (["infrared.png", "visible.png", "-o", "x.png", "--runtime", "abacus"], 2, ["abacus", "keras"]),
        (["infrared.png", "truncated.png", "-o", "x.png"], 3, ["truncated.png"]),
        (["infrared.png", "text.png", "-o", "x.png"], 3, ["text.png"]),
        (["infrared.png", "nan.tif", "-o", "x.png"], 3, ["nan.tif", "nan"]),
        (["infrared.png", ".", "-o", "x.png"], 2, ["one of each"]),
        (["infrared.png", "visible.png", "-o", "there.png"], 2, ["there.png", "--overwrite"]),
    ],
)
def test_errors_are_one_line_with_a_code(cscfuse, pair, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    content = pair[1].read_bytes()
    (tmp_path / "truncated.png").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "there.png").write_text("keep me")
    cv2.imwrite("nan.tif", np.full((72, 96), np.nan, "float32"))
    before = {path.name for path in tmp_path.iterdir()}
    result = cscfuse("fuse", "--task", "ivf", *arguments)
    assert result.exit_code == code, result.output
    lines = result.output.strip().splitlines()
    assert len(lines) == 1, result.output
    for word in words:
        assert word in lines[0]
    assert {path.name for path in tmp_path.iterdir()} == before
    assert (tmp_path / "there.png").read_text() == "keep me"


def test_debug_shows_the_traceback(cscfuse, tmp_path):
    result = cscfuse("fuse", "--task", "ivf", "a.png", "b.png", "-o", tmp_path / "x.png", "--debug")
    assert "a.png" in str(result.exception)
    assert type(result.exception).__name__ == "InputError"


def test_overwrite(cscfuse, pair, tmp_path):
    output = tmp_path / "fused.png"
    output.write_text("old")
    assert cscfuse("fuse", "--task", "ivf", *pair, "-o", output, "--overwrite").exit_code == 0
    assert read_picture(output).pixels.ndim == 3
