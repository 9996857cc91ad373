"""`cscfuse explain`."""

import json
import re

import numpy as np
import pytest

from cscfuse_keras.io import write_picture
from cscfuse_keras.samples import night_road


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    infrared, visible = (np.rint(255 * image).astype("uint8") for image in night_road(height=96, width=128))
    paths = [folder / "<b>infrared.png", folder / "visible.png"]
    for path, image in zip(paths, (infrared, visible), strict=True):
        write_picture(path, image)
    return paths


def read(folder):
    return (folder / "index.html").read_text(), json.loads((folder / "figures.json").read_text())


def test_a_pair(cscfuse, pair, tmp_path):
    arguments = [
        "explain",
        "--task",
        "ivf",
        *pair,
        "-o",
        tmp_path / "page",
        "--preset",
        "ivf-lite",
        "--box",
        10,
        20,
        30,
        40,
    ]
    result = cscfuse(*arguments)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == str(tmp_path / "page" / "index.html")
    page, figures = read(tmp_path / "page")
    assert figures["network"] == "ivf_pyramid"
    assert figures["remainder"] < 1e-5
    assert figures["about"]["preset"].startswith("ivf-lite")
    units = figures["stacks"][0]["units"]
    assert [unit["name"] for unit in units] == ["unit_0", "unit_1"]
    zeros = f"{round(100 * units[-1]['sparsity'])} % of the last code"
    assert zeros in page
    assert zeros in result.output
    for shares in figures["shares"].values():
        assert sum(share["variation"] for share in shares) == pytest.approx(1, abs=1e-4)
    assert set(figures["shares"]) == {"whole", "box"}
    assert "Box of 30 x 40 at 10, 20" in page
    assert cscfuse(*arguments).exit_code == 2
    assert cscfuse(*arguments, "--overwrite").exit_code == 0


def test_the_page_needs_nothing_else_and_escapes_names(cscfuse, pair, tmp_path):
    result = cscfuse(
        "explain", "--task", "ivf", *pair, "-o", tmp_path, "--preset", "ivf-lite", "--side", 64, "--pixel", 100, 90
    )
    assert result.exit_code == 0, result.output
    page, figures = read(tmp_path)
    assert "&lt;b&gt;infrared.png" in page
    assert "<b>" not in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert not re.search(r"<script|https?:|<[^>]* style=", page)
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)', page))
    assert page.count("<img") > 20
    assert all(re.findall(r'<img [^>]*alt="[^"]', page))
    assert "reduced to 64 x 48" in page
    assert figures["shares"]["box"][0]["variation"] is None


def test_exposures_of_the_papers_network(cscfuse, mef_model, tmp_path):
    generator = np.random.default_rng(0)
    for k in range(2):
        write_picture(tmp_path / "scene" / f"{k}.png", generator.integers(0, 256, (40, 50, 3), "uint8"))
    result = cscfuse("explain", "--task", "mef", tmp_path / "scene", "-o", tmp_path / "page", "--preset", mef_model)
    assert result.exit_code == 0, result.output
    page, figures = read(tmp_path / "page")
    assert [share["name"] for share in figures["shares"]["whole"]] == ["exposure 1", "exposure 2"]
    assert "exposure 2 (1.png)" in page
    assert figures["stacks"][0]["units"][1]["transposition"] is not None


def test_bands_of_the_papers_network(cscfuse, msf_model, tmp_path):
    generator = np.random.default_rng(0)
    np.save(tmp_path / "low.npy", generator.integers(0, 256, (20, 24, 4), "uint8"))
    write_picture(tmp_path / "guide.png", generator.integers(0, 256, (40, 48), "uint8"))
    sources = [tmp_path / "low.npy", tmp_path / "guide.png"]
    result = cscfuse("explain", "--task", "msf", *sources, "-o", tmp_path / "page", "--preset", msf_model)
    assert result.exit_code == 0, result.output
    page, figures = read(tmp_path / "page")
    assert [stack["coder"] for stack in figures["stacks"]] == ["low_resolution", "guide"]
    assert "Low resolution: 2 units of 4 channels" in page
    assert "Guide: 2 units of 4 channels" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--box", 0, 0, 5, 5, "--pixel", 1, 1], "--box and --pixel: expected one of the two"),
        (["--pixel", 128, 5], "expected a place within 128 x 96 pixels"),
        (["--detail-gain", 2], "--detail-gain: expected with --task mef"),
    ],
)
def test_options_that_do_not_fit(arguments, message, cscfuse, pair, tmp_path):
    result = cscfuse("explain", "--task", "ivf", *pair, "-o", tmp_path / "page", "--preset", "ivf-lite", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "page").exists()
