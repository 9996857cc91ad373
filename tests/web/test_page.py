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

import numpy as np
import pytest
import tifffile
from PIL import Image

from cscfuse_keras.cli.serve import PAGE
from cscfuse_keras.export.browser import IVF, MEF, MSF
from cscfuse_keras.io import read_picture, to_depth, write_picture
from cscfuse_keras.io.cube_files import write_cube
from cscfuse_keras.io.cubes import read_cube
from cscfuse_keras.report.cube_pictures import rgb_bands
from cscfuse_keras.samples import exposure_bracket, night_road, spectral_scene

ROOT = Path(__file__).resolve().parents[2]
PLAYWRIGHT = ROOT / "web" / "node_modules" / "playwright-core"
NODE, CHROMIUM = shutil.which("node"), shutil.which("chromium") or shutil.which("chromium-browser")
SAMPLES = PAGE / "samples"
SAMPLED = {
    "ivf": (IVF, ["infrared.png", "visible.png"]),
    "mef": (MEF, ["exposure_1.png", "exposure_2.png", "exposure_3.png"]),
    "msf": (MSF[0], ["rgb.png", "panchromatic.png"]),
}
CHOSEN = {
    "turned": (IVF, [["upright.png"], ["turned.jpg"]]),
    "deep": (IVF, [["map.png"], ["deep.png"]]),
    "webp": (IVF, [["infrared.png"], ["visible.webp"]]),
    "nine": (MEF, [[f"exposure_{k}.png" for k in range(9)]]),
    "four": (MSF[1], [[f"{name}.png" for name in ("nir", "red", "green", "blue")], ["panchromatic.png"]]),
    "thirty-one": (MSF[2], [["cube.tif"], ["rgb.png"]]),
}
"""Presets, and files by slot."""
REFUSED = {
    "sizes": ("ivf", [["infrared.png"], ["upright.png"]], "infrared.png (96 x 64), upright.png (64 x 96)"),
    "format": ("ivf", [["text.png"]], "text.png could not be read as a picture"),
    "bands": ("msf", [["nir.png", "red.png"], ["panchromatic.png"]], "has 2 bands; expected 3 bands with"),
    "guide": ("msf", [["cube.tif"], ["panchromatic.png"]], "has 1 channel; expected 31 bands with an RGB guide"),
    "one": ("mef", [["exposure_0.png"]], "Expected two to nine exposures, found 1"),
}
"""Tasks, files by slot, and what the page says to them."""
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
def drawn(tmp_path_factory):
    """Folder of small pictures of many kinds."""
    folder = tmp_path_factory.mktemp("drawn")
    infrared, visible = (to_depth(image, "uint8") for image in night_road(64, 96))
    lying, turned_left = Image.Exif(), Image.Exif()
    lying[274], turned_left[274] = 6, 8
    Image.fromarray(infrared).save(folder / "infrared.png")
    Image.fromarray(visible.swapaxes(0, 1)[:, ::-1]).save(folder / "visible.webp", exif=turned_left, quality=90)
    Image.fromarray(np.rot90(infrared, -1)).save(folder / "upright.png")
    Image.fromarray(visible).save(folder / "turned.jpg", exif=lying, quality=85)
    Image.fromarray(infrared).quantize(16).save(folder / "map.png", bits=4)
    alpha = np.broadcast_to(np.linspace(0, 65535, 96).astype(np.uint16), (64, 96))
    write_picture(folder / "deep.png", to_depth(night_road(64, 96)[1], "uint16"), alpha=np.ascontiguousarray(alpha))
    for k, exposure in enumerate(exposure_bracket(9, 64, 96)):
        write_picture(folder / f"exposure_{k}.png", to_depth(exposure, "uint8"))
    reference, low, _ = spectral_scene(4, 96, 128, 4)
    for band, name in zip(np.moveaxis(to_depth(low, "uint8"), -1, 0), ("blue", "green", "red", "nir"), strict=True):
        Image.fromarray(band).save(folder / f"{name}.png")
    write_picture(folder / "panchromatic.png", to_depth(reference.mean(-1), "uint8"))
    write_cube(folder / "four.tif", to_depth(low, "uint8"))
    _, low, guide = spectral_scene(31, 96, 128, 2)
    write_cube(folder / "cube.tif", to_depth(low, "uint8"))
    write_picture(folder / "rgb.png", to_depth(guide, "uint8"))
    (folder / "text.png").write_text("text")
    return folder


@pytest.fixture(scope="module")
def driven(tmp_path_factory, drawn):
    """Folder of the downloads, and what the page told."""
    folder = tmp_path_factory.mktemp("page")
    chosen = {name: (preset[:3], slots) for name, (preset, slots) in CHOSEN.items()}
    refused = {name: (task, slots) for name, (task, slots, _) in REFUSED.items()}
    cases = [{"name": task, "task": task} for task in SAMPLED]
    for name, (task, slots) in (chosen | refused).items():
        files = [[str(drawn / file) for file in slot] for slot in slots]
        cases.append({"name": name, "task": task, "files": files})
    command = [sys.executable, "-m", "cscfuse_keras", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().split()[0]
            drive = [NODE, Path(__file__).with_name("drive.mjs"), PLAYWRIGHT, CHROMIUM, url, folder, json.dumps(cases)]
            done = subprocess.run([str(part) for part in drive], capture_output=True, text=True, timeout=240)
            assert done.returncode == 0, done.stderr
            return folder, json.loads(done.stdout), url
        finally:
            server.terminate()


@pytest.fixture
def compare(driven, cscfuse, tmp_path):
    """The largest difference of a downloaded result from that of the command line, in values of its depth."""
    folder, told, _ = driven

    def difference(name, preset, sources):
        assert told[name].get("status", told[name]["read"]).startswith("Done in "), told[name]
        cube = (folder / f"{name}.tif").exists()
        output = tmp_path / f"fused.{'tif' if preset.startswith('msf') else 'png'}"
        result = cscfuse("fuse", "--task", preset[:3], "--preset", preset, *sources, "-o", output)
        assert result.exit_code == 0, result.output
        expected = read_cube(output).samples if preset.startswith("msf") else read_picture(output).pixels
        found = tifffile.imread(folder / f"{name}.tif") if cube else read_picture(folder / f"{name}.png").pixels
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        return np.abs(found.astype(int) - expected).max()

    return difference


def test_pictures_go_nowhere(driven):
    _, told, url = driven
    assert told["problems"] == []
    assert told["requests"] == [f"GET {url.rstrip('/')}"]


@pytest.mark.parametrize("task", SAMPLED)
def test_a_fused_sample_is_that_of_the_command_line(compare, task):
    preset, names = SAMPLED[task]
    assert compare(task, preset, [SAMPLES / name for name in names]) <= 1


@pytest.mark.parametrize("name", CHOSEN)
def test_files_of_many_kinds_are_read_as_the_command_line_reads_them(compare, drawn, name):
    preset, slots = CHOSEN[name]
    sources = (
        [drawn / "four.tif", drawn / "panchromatic.png"]
        if name == "four"
        else [file for slot in slots for file in slot]
    )
    # Decoders of JPEG and WebP may differ by a level, which fusing may double.
    most = 2 if name in ("turned", "webp") else 1
    assert compare(name, preset, [drawn / source for source in sources]) <= most


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_told(driven, name):
    _, told, _ = driven
    assert REFUSED[name][2] in told[name].get("status", told[name]["read"])


def test_transparency_that_is_left_out_is_told(driven):
    assert "deep.png is transparent in places" in driven[1]["deep"]["read"]


def test_all_bands_come_in_a_file_of_their_own(driven):
    folder, _, _ = driven
    bands, shown = tifffile.imread(folder / "thirty-one.tif"), read_picture(folder / "thirty-one.png").pixels
    assert bands.shape == (96, 128, 31)
    np.testing.assert_array_equal(shown, bands[..., rgb_bands(31)])


def test_the_browser_uses_threads(driven):
    _, told, _ = driven
    threads = re.search(r"WebAssembly, (\d+) thread|WebGPU", told["ivf"]["facts"])
    assert threads
