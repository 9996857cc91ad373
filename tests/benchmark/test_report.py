"""What a benchmark leaves behind; its page is used in a browser.

The browser needs Node.js, Chromium, and playwright-core as `make web` installs it.
"""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from cscfuse_keras.benchmark.costs import MEMORY, TIME
from cscfuse_keras.benchmark.ivf import IVFBenchmark
from cscfuse_keras.benchmark.methods import FolderMethod
from cscfuse_keras.benchmark.report import LONGEST_SIDE, PAGE, write_report
from cscfuse_keras.benchmark.run import Outcome
from cscfuse_keras.metrics import metrics_named
from cscfuse_keras.report.scores import Judged

ROOT = Path(__file__).resolve().parents[2]
PLAYWRIGHT = ROOT / "web" / "node_modules" / "playwright-core"
NODE, CHROMIUM = shutil.which("node"), shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = [
    name
    for name, there in {
        "playwright-core in web/node_modules": PLAYWRIGHT.is_dir(),
        "node": NODE,
        "chromium": CHROMIUM,
    }.items()
    if not there
]
METHODS = {"one": 5.0, "two": 7.0, "<three>": 6.0}


def pictures(name):
    rng = np.random.default_rng(len(name))
    sizes = [(30, 40, 3), (30, 40), (LONGEST_SIDE + 720, 40)]
    return {method: rng.integers(0, 256, size, np.uint8) for method, size in zip(METHODS, sizes, strict=True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A report of three items, two of them with pictures."""
    folder = tmp_path_factory.mktemp("benchmark")
    items = [
        Judged(
            name,
            {
                method: {"EN": value + shift, TIME.name: 1 / value, MEMORY.name: float("nan")}
                for method, value in METHODS.items()
            },
        )
        for name, shift in {"a": 0.0, "b": 1.0, "</script>": 0.5}.items()
    ]
    methods = [FolderMethod(name, folder) for name in METHODS]
    outcome = Outcome(items, methods, [], ["here"], pictures)
    about = {"data": "drawn"}
    write_report(folder, IVFBenchmark([]), outcome, metrics_named("ivf", "EN"), about, ["a", "b"])
    return folder


def test_tables(folder):
    rows = list(csv.DictReader((folder / "scores.csv").open()))
    assert [row["time [s]"] for row in rows if row["method"] == "one"][:3] == ["0.2"] * 3
    assert {row["memory [GB]"] for row in rows if row["row"] == "item"} == {""}
    content = json.loads((folder / "scores.json").read_text())
    assert content["means"]["two"]["EN"]["value"] == 7.5
    # Pictures are in the page alone.
    assert "data:" not in (folder / "scores.json").read_text()
    assert r"\textbf{7.500}" in (folder / "table.tex").read_text()


def test_the_page_tells_what_its_pictures_are(folder):
    text = (folder / PAGE).read_text()
    assert "2 of 3 items" in text
    assert "how far the fused grey level is from that of the nearest source" in text
    assert text.count("data:image/webp") == 6
    assert f'height="{LONGEST_SIDE}"' in text


@pytest.fixture(scope="module")
def shown(folder):
    """What a browser showed."""
    if MISSING:
        pytest.skip(f"needs {', '.join(MISSING)}; see `make web`")
    drive = [NODE, Path(__file__).with_name("drive.mjs"), PLAYWRIGHT, CHROMIUM, folder / PAGE]
    done = subprocess.run([str(part) for part in drive], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_is_one_file_without_errors(shown, folder):
    assert shown["problems"] == []
    assert set(shown["requests"]) == {(folder / PAGE).as_uri()}
    assert shown["pictures"] == 3
    assert all(shown["decoded"])


def test_headings_sort(shown):
    assert shown["order"] == {
        "before": ["one", "two", "<three>"],
        "best": ["two", "<three>", "one"],
        "worst": ["one", "<three>", "two"],
    }
    assert shown["strips"] == ["b", "a"]


def test_the_slider_uncovers_and_the_keyboard_drives_it(shown):
    assert shown["opened"] | {"zoom": "", "uncovered": ""} == {
        "left": "one",
        "right": "two",
        "wipe": 0.5,
        "zoom": "",
        "uncovered": "",
        "name": "b",
    }
    assert shown["wiped"]["wipe"] == pytest.approx(0.98)
    assert shown["wiped"]["uncovered"] != shown["opened"]["uncovered"]
    assert int(shown["zoomed"]["zoom"].split()[0]) > int(shown["wiped"]["zoom"].split()[0])
    assert shown["chosen"]["right"] == "<three>"
    assert (shown["next"]["name"], shown["next"]["right"]) == ("a", "<three>")
    assert shown["closed"]


def test_it_fits_a_phone_in_light_and_dark(shown):
    assert shown["widths"] == {"light": 390, "dark": 390}
    assert shown["light"] != shown["dark"]
