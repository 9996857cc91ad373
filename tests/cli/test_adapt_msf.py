"""`cscfuse fuse --task msf --adapt` as a user meets it."""

import numpy as np
import pytest

from cscfuse_keras.samples.spectral_scene import spectral_scene
from pipelines.wald import Wald

SECONDS = ["--adapt-minutes", 0.02]


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """Three bands, which no preset covers, a guide, and the truth."""
    monkeypatch.chdir(tmp_path)
    truth, _, guide = spectral_scene(3, 144, 160)
    low = np.clip(Wald(2).degrade_bands(truth), 0, 1)
    np.save("low.npy", np.rint(2047 * low).astype("uint16"))
    np.save("guide.npy", np.rint(2047 * guide).astype("uint16"))
    return truth


@pytest.fixture
def fuse(cscfuse, scene):
    return lambda *arguments: cscfuse(
        "fuse", "--task", "msf", "--full-scale", 2047, "--guide-full-scale", 2047, *arguments
    )


def error(name, truth):
    return np.mean((np.load(name) / 2047 - truth) ** 2)


def test_the_image_teaches_its_own_network(fuse, scene):
    result = fuse("low.npy", "guide.npy", "-o", "fused.npy", "--adapt", *SECONDS, "--adapt-save", "own.keras")
    assert result.exit_code == 0, result.output
    assert "adapted: " in result.output
    assert "plain enlargement" in result.output
    fused = np.load("fused.npy")
    assert (fused.shape, fused.dtype) == (scene.shape, np.uint16)
    repeated = np.load("low.npy").repeat(2, axis=0).repeat(2, axis=1)
    assert error("fused.npy", scene) < 0.3 * np.mean((repeated / 2047 - scene) ** 2)
    again = fuse("low.npy", "guide.npy", "-o", "again.npy", "--preset", "own.keras")
    assert again.exit_code == 0, again.output
    np.testing.assert_array_equal(np.load("again.npy"), fused)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--adapt-minutes", 1], 2, "--adapt-minutes: expected with --adapt"),
        (["--sensor", "ikonos"], 2, "--sensor: expected with --adapt"),
        (["--adapt", "--preset", "msf-cave-x2"], 2, "--adapt: expected no --preset"),
        (["--adapt", "--adapt-save", "own.h5"], 2, "ending in .keras"),
        (["--adapt", "--sensor", "ikonoz"], 2, "sensor: expected one of"),
        (["--adapt", "--sensor", "worldview-2"], 3, "expected 8 bands, as the sensor has, found 3"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, code, words, fuse, tmp_path):
    result = fuse("low.npy", "guide.npy", "-o", "fused.npy", *arguments)
    assert result.exit_code == code
    assert words in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "fused.npy").exists()


def test_too_small_an_image_is_named(fuse, tmp_path):
    np.save("small.npy", np.load("low.npy")[:12, :12])
    np.save("small_guide.npy", np.load("guide.npy")[:24, :24])
    result = fuse("small.npy", "small_guide.npy", "-o", "fused.npy", "--adapt")
    assert result.exit_code == 3
    assert "small.npy" in result.output
    assert "at least 18 x 18 pixels" in result.output
    assert not (tmp_path / "fused.npy").exists()


def test_georeferenced_images(fuse, scene):
    rasterio = pytest.importorskip("rasterio")
    for name, pixel in (("low", 4.0), ("guide", 2.0)):
        samples = np.load(f"{name}.npy")
        if name == "low":
            samples[:10, :14] = 0
        profile = {"driver": "GTiff", "dtype": "uint16", "count": samples.shape[2], "nodata": 0, "crs": "EPSG:32632"}
        transform = rasterio.Affine(pixel, 0, 500000, 0, -pixel, 4000000)
        shape = {"height": samples.shape[0], "width": samples.shape[1], "transform": transform}
        with rasterio.open(f"{name}.tif", "w", **profile, **shape) as dataset:
            dataset.write(np.moveaxis(samples, -1, 0))
    result = fuse("low.tif", "guide.tif", "-o", "fused.tif", "--adapt", *SECONDS)
    assert result.exit_code == 0, result.output
    with rasterio.open("fused.tif") as dataset:
        fused = np.moveaxis(dataset.read(), 0, -1)
    assert (fused[:20, :28] == 0).all()
    np.testing.assert_allclose(fused[40:, 40:] / 2047, scene[40:, 40:], atol=0.25)
    assert np.mean((fused[40:, 40:] / 2047 - scene[40:, 40:]) ** 2) < 1e-3
