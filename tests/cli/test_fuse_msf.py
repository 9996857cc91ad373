"""`cscfuse fuse --task msf` as a user meets it."""

import numpy as np
import pytest

from cscfuse_keras.io import write_picture
from cscfuse_keras.io.cubes import read_cube


@pytest.fixture
def images(tmp_path):
    random = np.random.default_rng(0)
    np.save(tmp_path / "low.npy", random.integers(0, 2048, (9, 12, 4), "uint16"))
    np.save(tmp_path / "floats.npy", random.random((9, 12, 4), "float32"))
    np.save(tmp_path / "bands.npy", random.integers(0, 2048, (9, 12, 5), "uint16"))
    for k in range(1, 5):
        write_picture(tmp_path / "scene" / f"ms_0{k}.png", random.integers(0, 65536, (9, 12), "uint16"))
    write_picture(tmp_path / "guide.png", random.integers(0, 256, (18, 24), "uint8"))
    write_picture(tmp_path / "large.png", random.integers(0, 256, (36, 48), "uint8"))
    return tmp_path


@pytest.fixture
def fuse(cscfuse, msf_model, images, monkeypatch):
    monkeypatch.chdir(images)
    return lambda *arguments: cscfuse("fuse", "--task", "msf", "--preset", msf_model, *arguments)


@pytest.mark.parametrize(
    ("low", "arguments", "output", "dtype"),
    [
        ("low.npy", ["--full-scale", 2047], "fused.npy", "uint16"),
        ("low.npy", [], "fused.tif", "uint16"),
        ("scene", ["--tile", 8], "fused.mat", "uint16"),
        ("floats.npy", ["--full-scale", 1], "fused.npy", "float32"),
    ],
)
def test_images_without_a_place(fuse, low, arguments, output, dtype):
    result = fuse(low, "guide.png", "-o", output, *arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{output}\n"
    fused = read_cube(output).samples
    assert (fused.shape, fused.dtype) == ((18, 24, 4), dtype)


def test_the_scale_matters_and_stays(fuse):
    assert fuse("low.npy", "guide.png", "-o", "eleven.npy", "--full-scale", 2047).exit_code == 0
    assert fuse("low.npy", "guide.png", "-o", "sixteen.npy").exit_code == 0
    eleven, sixteen = (np.load(f"{name}.npy").astype(int) for name in ("eleven", "sixteen"))
    assert eleven.max() <= 2047
    assert np.abs(eleven - sixteen).max() > 1


def test_a_folder_gets_a_named_file(fuse, images):
    assert fuse("scene", "guide.png", "-o", "out").exit_code == 0
    assert [path.name for path in (images / "out").iterdir()] == ["scene-fused.npy"]
    assert "--overwrite" in fuse("scene", "guide.png", "-o", "out").output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["low.npy", "-o", "x.npy"], 2, ["LOWRES and GUIDE", "found 1"]),
        (["low.npy", "guide.png", "-o", "x.png"], 2, [".png", ".npy"]),
        (["low.npy", "guide.png", "-o", "low.npy", "--overwrite"], 2, ["found an input"]),
        (["floats.npy", "guide.png", "-o", "x.npy"], 2, ["floats.npy", "--full-scale"]),
        (["low.npy", "guide.png", "-o", "x.npy", "--full-scale", "1000"], 3, ["low.npy", "1000"]),
        (["low.npy", "large.png", "-o", "x.npy"], 3, ["low.npy", "large.png", "12 x 9", "48 x 36", "scale of 4"]),
        (["bands.npy", "guide.png", "-o", "x.npy"], 3, ["bands.npy", "4 bands", "found 5"]),
        (["low.npy", "missing.png", "-o", "x.npy"], 3, ["missing.png"]),
        (["low.npy", "guide.png", "-o", "x.npy", "--align"], 2, ["--align", "expected with --task"]),
        (["low.npy", "guide.png", "-o", "x.npy", "--preset", "mef"], 4, ["task msf"]),
    ],
)
def test_errors_are_one_line_with_a_code(fuse, images, arguments, code, words):
    result = fuse(*arguments)
    assert result.exit_code == code, result.output
    assert len(result.output.strip().splitlines()) == 1, result.output
    for word in words:
        assert word in result.output
    assert not list(images.glob("x.*"))


def test_georeferenced_files(fuse, images):
    rasterio = pytest.importorskip("rasterio")
    for name, shape, pixel in (("low.tif", (4, 9, 12), 4.0), ("guide.tif", (1, 18, 24), 2.0)):
        with rasterio.open(
            name,
            "w",
            driver="GTiff",
            count=shape[0],
            height=shape[1],
            width=shape[2],
            dtype="uint16",
            crs="EPSG:32632",
            transform=rasterio.Affine(pixel, 0, 9, 0, -pixel, 5),
        ) as dataset:
            dataset.write(np.random.default_rng(0).integers(0, 2048, shape, "uint16"))
    result = fuse("low.tif", "guide.tif", "-o", "fused.tif", "--full-scale", 2047)
    assert result.exit_code == 0, result.output
    with rasterio.open("fused.tif") as dataset:
        assert (dataset.count, dataset.shape, dataset.bounds.left) == (4, (18, 24), 9)
    result = fuse("low.tif", "guide.png", "-o", "x.tif")
    assert (result.exit_code, "guide.png is not" in result.output) == (3, True)
    result = fuse("low.tif", "guide.tif", "-o", "x.npy")
    assert (result.exit_code, ".tif" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["low.npy", "guide.png", "-o", "x.npy", "--engine", "ray"], ["GeoTIFF", "found low.npy", "cscfuse batch"]),
        (["low.npy", "guide.png", "-o", "x.npy", "--cpus", "2"], ["--cpus: expected with --engine ray"]),
        (["low.npy", "guide.png", "-o", "x.npy", "--workers", "2"], ["--workers: expected with --engine ray"]),
    ],
)
def test_only_scenes_are_spread_over_a_cluster(fuse, arguments, words):
    result = fuse(*arguments)
    assert result.exit_code == 2, result.output
    for word in words:
        assert word in result.output


def test_other_tasks_are_not_spread_over_a_cluster(cscfuse, images):
    result = cscfuse("fuse", "--task", "ivf", images / "guide.png", images / "guide.png", "-o", images / "x.png",
                     "--engine", "ray")  # fmt: skip
    assert result.exit_code == 2, result.output
    assert "found --task ivf; leave it out, or for many pictures use cscfuse batch --engine ray" in result.output
