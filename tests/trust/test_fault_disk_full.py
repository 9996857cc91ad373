"""A disk that is full: one line that names the file and says so, exit code 5, and nothing half written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cscfuse_keras.io import write_picture

SCRIPT = Path(__file__).with_name("full_disk.py")


@pytest.fixture(scope="module")
def full(tmp_path_factory, msf_model, draw_pictures):
    """How each command ended on a full disk, by name."""
    folder = tmp_path_factory.mktemp("full")
    disk = folder / "disk"
    disk.mkdir()
    probe = subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", disk], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"no small disk can be mounted here: {probe.stderr.decode().strip()}")
    rasterio = pytest.importorskip("rasterio")
    for sensor in ("infrared", "visible"):
        draw_pictures(folder / "data" / sensor, ["a.png", "b.png"], (200, 200))
    noise = np.random.default_rng(0).integers(0, 65536, (4, 256, 256), "uint16")
    for name, samples in (("low", noise), ("guide", np.tile(noise[:1], (1, 2, 2)))):
        pixel = 1024 / samples.shape[1]
        profile = {"driver": "GTiff", "dtype": "uint16", "count": len(samples), "crs": "EPSG:32631"}
        profile |= {"height": samples.shape[1], "width": samples.shape[2]}
        place = rasterio.transform.from_origin(0, 1024, pixel, pixel)
        with rasterio.open(folder / f"{name}.tif", "w", transform=place, **profile) as file:
            file.write(samples)
    write_picture(folder / "data" / "picture.png", np.zeros((8, 8), "uint8"))
    data = folder / "data"
    tiny = [
        "--units",
        1,
        "--code-channels",
        2,
        "--decoder-channels",
        "2",
        "--crop-size",
        16,
        "--batch-size",
        1,
        "--validation-share",
        0.4,
    ]
    fuse = [
        "fuse",
        "--task",
        "msf",
        "--preset",
        msf_model,
        "--runtime",
        "keras",
        folder / "low.tif",
        folder / "guide.tif",
    ]
    pair = ["--infrared", data / "infrared", "--visible", data / "visible"]
    commands = [
        ("picture", 100, ["samples", "--task", "mef", "-o", disk / "out"]),
        ("GeoTIFF", 300, [*fuse, "-o", disk / "out.tif"]),
        ("patches", 100, ["patches", "--task", "ivf", "--data", data, "-o", disk / "out.h5", "--copies", 40]),
        ("training", 24, ["train", "--task", "ivf", "--data", data, "-o", disk / "out", *tiny, "--epochs", 1]),
        ("report", 40, ["evaluate", "--task", "ivf", *pair, "--fused", data / "visible", "-o", disk / "out"]),
        ("export", 12, ["export", "--task", "msf", "--preset", msf_model, "--format", "tflite", "-o", disk / "out"]),
    ]
    plain = [(name, size, [str(argument) for argument in arguments]) for name, size, arguments in commands]
    command = ["unshare", "-Urm", sys.executable, SCRIPT, disk, json.dumps(plain)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["picture", "GeoTIFF", "patches", "training", "report", "export"])
def test_full_disk(name, full):
    outcome = full[name]
    assert outcome["code"] == 5, outcome
    # An unfinished progress bar leaves an empty line; libtiff prints one of its own, past every handler of GDAL.
    told = [line for line in outcome["errors"] if line.strip() and not line.startswith("_tiffWriteProc: ")]
    assert len(told) == 1, told
    (line,) = told
    assert line.startswith("error: ")
    assert "/disk/out" in line
    assert "No space left on device" in line
    assert not [file for file in outcome["files"] if ".partial-" in file or "lock" in file]
    assert not [file for file, size in outcome["files"].items() if size == 0]
