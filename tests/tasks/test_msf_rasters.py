"""Georeferenced files; skipped where the extra `geo` is not installed."""

import resource

import numpy as np
import pytest
from scipy import ndimage

from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.io import rasters
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.tasks.msf_rasters import fuse_rasters

rasterio = pytest.importorskip("rasterio")


@pytest.fixture
def write_raster(tmp_path):
    def write(name, samples, pixel, left=500000.0, top=4000000.0, crs="EPSG:32632", rotation=0.0, **profile):
        path = tmp_path / name
        transform = rasterio.Affine(pixel, rotation, left, rotation, -pixel, top)
        height, width, bands = samples.shape
        descriptions = profile.pop("descriptions", None)
        # Else the fourth of four 8-bit bands is taken for alpha.
        profile.setdefault("photometric", "minisblack")
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=height,
            width=width,
            count=bands,
            dtype=samples.dtype,
            crs=crs,
            transform=transform,
            **profile,
        ) as dataset:
            dataset.write(np.moveaxis(samples, -1, 0))
            if descriptions:
                dataset.descriptions = descriptions
        return path

    return write


def smooth(*shape, high=2047, seed=0):
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), (3, 3, 0))
    return (high * (noise - noise.min()) / np.ptp(noise)).astype("uint16")


@pytest.fixture
def pair(write_raster):
    low = write_raster("low.tif", smooth(45, 60, 4), 4.0, descriptions=("blue", "green", "red", "infrared"))
    return low, write_raster("guide.tif", smooth(90, 120, 1), 2.0)


def read(path):
    with rasterio.open(path) as dataset:
        return np.moveaxis(dataset.read(), 0, -1), dataset.profile, dataset.descriptions, dataset.bounds


def test_result_lies_where_the_guide_lies(pair, msf_model, tmp_path):
    output = tmp_path / "new" / "fused.tif"
    fuse_rasters(MSFFuser(msf_model), Job("x", pair, output), 2047)
    fused, profile, descriptions, bounds = read(output)
    low, guide = (read(path) for path in pair)
    assert (profile["crs"], profile["transform"], bounds) == (guide[1]["crs"], guide[1]["transform"], guide[3])
    assert (profile["dtype"], descriptions) == ("uint16", low[2])
    assert (profile["compress"], profile["tiled"], profile["nodata"]) == ("deflate", True, None)
    units = MSFFuser(msf_model).fuse(np.float32(low[0] / 2047), np.float32(guide[0] / 2047))
    np.testing.assert_allclose(fused / 2047, units, atol=0.5001 / 2047)
    assert [path.name for path in output.parent.iterdir()] == ["fused.tif"]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_tiles_join_without_seams(dtype, write_raster, msf_model, tmp_path):
    full_scale = {"uint8": 255, "uint16": 2047, "float32": 0.5}[dtype]
    images = [(smooth(*shape) / 2047 * full_scale).astype(dtype) for shape in ((70, 83, 4), (140, 166, 1))]
    nodata = 0 if dtype != "float32" else -1
    images[0][20:30, 40:50] = images[0][:3] = nodata
    pair = write_raster("low.tif", images[0], 4.0, nodata=nodata), write_raster("guide.tif", images[1], 2.0)
    results = []
    for tile in (32, 512):
        fuse_rasters(MSFFuser(msf_model, tile=tile), Job("x", pair, tmp_path / f"{tile}.tif"), full_scale)
        results.append(read(tmp_path / f"{tile}.tif")[0].astype("float64"))
    # Rounding may tip over.
    np.testing.assert_allclose(*results, atol=1 if dtype != "float32" else 1e-5 * full_scale)
    assert (results[0] != results[1]).mean() < (1e-3 if dtype != "float32" else 1)


def test_nodata_stays_nodata_and_does_not_spread(pair, write_raster, msf_model, tmp_path):
    low, guide = (read(path)[0] for path in pair)
    low[:] = np.maximum(low, 1)
    low[10:20, 30:45] = 0
    low[:, :4] = 0
    guide[60:, 100:] = 65535
    paths = write_raster("holes.tif", low, 4.0, nodata=0), write_raster("cut.tif", guide, 2.0, nodata=65535)
    fuse_rasters(MSFFuser(msf_model), Job("x", paths, tmp_path / "fused.tif"), 2047)
    fused, profile, *_ = read(tmp_path / "fused.tif")
    assert profile["nodata"] == 0
    missing = (low == 0).all(axis=-1).repeat(2, axis=0).repeat(2, axis=1)
    missing[60:, 100:] = True
    np.testing.assert_array_equal((fused == 0).all(axis=-1), missing)
    assert (fused == 0).any(axis=-1)[~missing].sum() == 0
    fuse_rasters(MSFFuser(msf_model), Job("x", pair, tmp_path / "whole.tif"), 2047)
    whole = read(tmp_path / "whole.tif")[0].astype(int)
    beside = ndimage.binary_dilation(missing, iterations=2) & ~missing
    # Nodata taken as black would change these by hundreds.
    assert np.abs(whole - fused)[beside].mean() < 60


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_alpha_and_nan_are_no_values(dtype, write_raster, msf_model, tmp_path):
    low = smooth(20, 20, 4).astype(dtype)
    if dtype == "float32":
        low[5:8, 5:8, 1] = np.nan
    guide = np.dstack([smooth(40, 40, 1), np.full((40, 40), 65535, "uint16")])
    guide[30:, :10, 1] = 0
    alpha = write_raster("guide.tif", guide, 2.0, alpha="yes")
    paths = write_raster("low.tif", low, 4.0), alpha
    fuse_rasters(MSFFuser(msf_model), Job("x", paths, tmp_path / "fused.tif"), 2047, 2047)
    with rasterio.open(tmp_path / "fused.tif") as dataset:
        valid = dataset.dataset_mask() > 0
    expected = np.ones((40, 40), bool)
    expected[30:, :10] = False
    if dtype == "float32":
        expected[10:16, 10:16] = False
    np.testing.assert_array_equal(valid, expected)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"crs": "EPSG:32633"}, ["reference system", "EPSG:32632", "EPSG:32633", "gdalwarp"]),
        ({"pixel": 1.5}, ["whole number", "4 x 4", "1.5 x 1.5"]),
        ({"left": 500001.5}, ["same area", "500001.5", "gdalwarp -te"]),
        ({"rotation": 0.1}, ["guide.tif", "rotated"]),
        ({"shape": (88, 120, 1)}, ["same area"]),
        ({"shape": (90, 120, 3)}, ["1 channels", "found 3"]),
        ({"shape": (180, 240, 1), "pixel": 1.0}, ["2 times", "60 x 45", "240 x 180", "scale of 4"]),
    ],
)
def test_rasters_that_do_not_fit_are_refused(settings, words, pair, write_raster, msf_model, tmp_path):
    settings = {"pixel": 2.0, "shape": (90, 120, 1), **settings}
    guide = write_raster("guide.tif", np.zeros(settings.pop("shape"), "uint16"), settings.pop("pixel"), **settings)
    with pytest.raises(InputError) as caught:
        fuse_rasters(MSFFuser(msf_model), Job("x", (pair[0], guide), tmp_path / "fused.tif"), 2047)
    for word in words:
        assert word in str(caught.value)
    assert not (tmp_path / "fused.tif").exists()


def test_a_shift_below_half_a_pixel_is_accepted(pair, write_raster, msf_model, tmp_path):
    guide = write_raster("guide.tif", smooth(90, 120, 1), 2.0, left=500000.9)
    fuse_rasters(MSFFuser(msf_model), Job("x", (pair[0], guide), tmp_path / "fused.tif"), 2047)
    assert read(tmp_path / "fused.tif")[3].left == 500000.9


def test_samples_above_the_scale_are_found_first(pair, msf_model, tmp_path):
    with pytest.raises(InputError, match=r"low\.tif: expected samples in 0 to the full scale 1000"):
        fuse_rasters(MSFFuser(msf_model), Job("x", pair, tmp_path / "fused.tif"), 1000)
    assert not list(tmp_path.glob(".partial*"))


def test_without_rasterio_the_extra_is_named(pair, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rasterio", None)
    assert rasters.is_georeferenced(pair[0])
    with pytest.raises(EnvironmentProblem, match="geo"):
        rasters.Raster(pair[0])


def test_memory_does_not_grow_with_the_file(write_raster, msf_model, tmp_path):
    # Empty but for a corner; 380 MB when it is whole in memory as float32.
    low = write_raster("low.tif", np.zeros((1, 1, 4), "uint16"), 4.0)
    for name, side, bands, pixel in (("low.tif", 2000, 4, 4.0), ("guide.tif", 4000, 1, 2.0)):
        transform = rasterio.Affine(pixel, 0, 0, 0, -pixel, 0)
        with rasterio.open(
            tmp_path / name,
            "w",
            driver="GTiff",
            height=side,
            width=side,
            count=bands,
            dtype="uint16",
            crs="EPSG:32632",
            transform=transform,
            nodata=0,
            tiled=True,
            sparse_ok=True,
        ) as dataset:
            corner = np.full((bands, side // 20, side // 20), 900, "uint16")
            dataset.write(
                corner, window=rasterio.windows.Window(side - side // 20, side - side // 20, *corner.shape[1:])
            )
    fuser = MSFFuser(msf_model)
    job = Job("x", (low, tmp_path / "guide.tif"), tmp_path / "fused.tif")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fuse_rasters(fuser, job, 2047)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000
    assert (tmp_path / "fused.tif").stat().st_size < 1_000_000
    with rasterio.open(tmp_path / "fused.tif") as dataset:
        assert (dataset.read_masks(1) > 0).sum() == 200 * 200
