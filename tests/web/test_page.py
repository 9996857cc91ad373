"""The page, driven in a browser, beside `cscfuse fuse`.

Needs the built page (`make web`), Node.js and Chromium. Server and browser are processes of their own, which alone talk
to each other, on this machine.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cscfuse_keras.cli.serve import PAGE
from cscfuse_keras.export.browser import PRESETS
from cscfuse_keras.io import read_picture
from cscfuse_keras.io.cubes import read_cube

ROOT = Path(__file__).resolve().parents[2]
PLAYWRIGHT = ROOT / "web" / "node_modules" / "playwright-core"
NODE, CHROMIUM = shutil.which("node"), shutil.which("chromium") or shutil.which("chromium-browser")
SAMPLES = PAGE / "samples"
SOURCES = {
    "ivf": ["infrared.png", "visible.png"],
    "mef": ["exposure_1.png", "exposure_2.png", "exposure_3.png"],
    "msf": ["bands.tif", "panchromatic.png"],
}
MISSING = [
    name
    for name, there in {
        "the built page": (PAGE / "index.html").is_file(),
        "playwright-core in web/node_modules": PLAYWRIGHT.is_dir(),
        "node": NODE,
        "chromium": CHROMIUM,
    }.items()
    if not there
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}; see `make web`")


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """Folder of the downloads, and what the page told."""
    folder = tmp_path_factory.mktemp("page")
    command = [sys.executable, "-m", "cscfuse_keras", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().split()[0]
            drive = [NODE, Path(__file__).with_name("drive.mjs"), PLAYWRIGHT, CHROMIUM, url, folder]
            done = subprocess.run([str(part) for part in drive], capture_output=True, text=True, timeout=240)
            assert done.returncode == 0, done.stderr
            return folder, json.loads(done.stdout), url
        finally:
            server.terminate()


def test_pictures_go_nowhere(driven):
    _, told, url = driven
    assert told["problems"] == []
    assert told["requests"] == [f"GET {url.rstrip('/')}"]


@pytest.mark.parametrize("task", SOURCES)
def test_a_fused_sample_is_that_of_the_command_line(driven, cscfuse, tmp_path, task):
    folder, told, _ = driven
    assert told[task]["status"].startswith("Done in "), told[task]["status"]
    output = tmp_path / ("fused.tif" if task == "msf" else "fused.png")
    sources = [SAMPLES / name for name in SOURCES[task]]
    result = cscfuse("fuse", "--task", task, "--preset", PRESETS[task], *sources, "-o", output)
    assert result.exit_code == 0, result.output
    expected = read_cube(output).samples[..., 2::-1] if task == "msf" else read_picture(output).pixels
    found = read_picture(folder / f"{task}.png").pixels
    assert found.shape == expected.shape
    assert cv2.absdiff(found, np.ascontiguousarray(expected)).max() <= 1


def test_the_browser_uses_threads(driven):
    _, told, _ = driven
    threads = re.search(r"WebAssembly, (\d+) thread|WebGPU", told["ivf"]["facts"])
    assert threads
