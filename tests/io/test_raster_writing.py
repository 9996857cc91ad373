"""Cloud Optimized GeoTIFF files, as OGC 21-026 has them; skipped where the extra `geo` is not installed."""

import contextlib
import itertools
import struct
import threading
import time

import numpy as np
import pytest
import tifffile

from cscfuse_keras.io import raster_writing
from cscfuse_keras.io.raster_writing import overview_factors, writing
from cscfuse_keras.io.rasters import Raster

rasterio = pytest.importorskip("rasterio")

HEIGHT, WIDTH = 700, 1100


def check_cloud_optimized(path):
    """Rules of the standard and of GDAL's driver; gives the sizes of the image and its overviews."""
    data = path.read_bytes()
    assert data[:2] == b"II"
    ghost = data[8 if data[2:4] == struct.pack("<H", 42) else 16 :]
    assert ghost.startswith(b"GDAL_STRUCTURAL_METADATA_SIZE=")
    for claim in (b"LAYOUT=IFDS_BEFORE_DATA", b"KNOWN_INCOMPATIBLE_EDITION=NO\n"):
        assert claim in ghost[:400]
    with tifffile.TiffFile(path) as tiff:
        pages = [page for page in tiff.pages if isinstance(page, tifffile.TiffPage)]
        offsets = [page.offset for page in pages]
        # Directories, the image's first, come in order before all pixels.
        assert offsets == sorted(offsets)
        stored = [[offset for offset in page.dataoffsets if offset] for page in pages]
        assert max(offsets) < min(min(each) for each in stored if each)
        # subfile type: 1 for an overview, 4 for a mask, 5 for the mask of an overview.
        images = [page for page in pages if page.subfiletype in (0, 1)]
        assert [page.subfiletype for page in images] == [0] + [1] * (len(images) - 1)
        assert all(page.is_tiled and page.tilewidth == page.tilelength == 512 for page in pages)
        assert all(page.compression == tifffile.COMPRESSION.ADOBE_DEFLATE for page in images)
        sizes = [page.shape[:2] for page in images]
        # Pixels of the smallest overview come first.
        firsts = [min(offset for offset in page.dataoffsets if offset) for page in images]
        assert firsts == sorted(firsts, reverse=True)
        masks = [page.shape[:2] for page in pages if page.subfiletype in (4, 5)]
        assert masks in ([], sizes)
    for larger, smaller in itertools.pairwise(sizes):
        assert smaller == tuple(-(-side // 2) for side in larger)
    assert max(sizes[-1]) <= 512
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.files == [str(path)]
    return sizes


@pytest.fixture
def raster(tmp_path):
    """Write an empty raster, and open it for reading."""

    def make(name, dtype, bands=2, **profile):
        path = tmp_path / name
        place = rasterio.Affine(2, 0, 500000, 0, -2, 4000000)
        profile |= {"height": HEIGHT, "width": WIDTH, "count": bands, "dtype": dtype, "crs": "EPSG:32632"}
        with rasterio.open(path, "w", driver="GTiff", transform=place, **profile) as dataset:
            dataset.descriptions = [f"band {k}" for k in range(bands)]
            dataset.scales, dataset.offsets, dataset.units = [0.5] * bands, [3.0] * bands, ["W"] * bands
        return opened.enter_context(Raster(path))

    with contextlib.ExitStack() as opened:
        yield make


def written(path, low, guide, samples, valid, block=64):
    with writing(path, low, guide, block) as output:
        for top in range(0, HEIGHT, 320):
            for left in range(0, WIDTH, 320):
                place = slice(top, min(HEIGHT, top + 320)), slice(left, min(WIDTH, left + 320))
                output.write(*place, samples[place], valid[place])


def halved(samples, valid):
    """Averages of the valid ones of each two by two pixels, and where there is one."""
    weights = valid[..., None].astype(float)
    totals, counts = (
        array.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, -1).sum(axis=(1, 3))
        for array in (np.where(valid[..., None], samples, 0).astype(float), weights)
    )
    return totals / np.maximum(counts, 1), counts[..., 0] > 0


@pytest.mark.parametrize(
    ("dtype", "nodata", "guide_nodata"),
    [
        ("uint16", 0, None),
        ("uint8", 50, None),
        ("uint8", None, 255),
        ("float32", None, None),
        ("uint16", None, 1e9),
        ("float32", -1.0, 5),
    ],
)
def test_pixels_overviews_and_gaps(dtype, nodata, guide_nodata, raster, tmp_path, random_images):
    low = raster("low.tif", dtype, nodata=nodata)
    guide = raster("guide.tif", "float32", 1, nodata=guide_nodata)
    valid = np.ones((HEIGHT, WIDTH), bool)
    valid[:101, :303] = valid[400:403, 500:507] = False
    samples = (random_images(HEIGHT, WIDTH, 2) * (1 if dtype == "float32" else 100)).astype(dtype)
    path = tmp_path / "out.tif"
    written(path, low, guide, samples, valid)
    assert check_cloud_optimized(path) == [(700, 1100), (350, 550), (175, 275)]
    with rasterio.open(path) as dataset:
        assert (dataset.crs, dataset.transform) == (guide.dataset.crs, guide.dataset.transform)
        assert dataset.descriptions == ("band 0", "band 1")
        assert (dataset.scales, dataset.offsets, dataset.units) == ((0.5, 0.5), (3.0, 3.0), ("W", "W"))
        assert dataset.dtypes == (dtype, dtype)
        found = np.moveaxis(dataset.read(), 0, -1)
        # Valid samples, and averages of such, that happen to be the nodata value become the next one.
        expected = np.where(samples == dataset.nodata, (dataset.nodata or 0) + 1, samples)
        np.testing.assert_array_equal(dataset.dataset_mask() > 0, valid)
        np.testing.assert_array_equal(found[valid], expected[valid])
        smaller = np.moveaxis(dataset.read(out_shape=(2, HEIGHT // 2, WIDTH // 2)), 0, -1)
        smaller_valid = dataset.dataset_mask(out_shape=(HEIGHT // 2, WIDTH // 2)) > 0
    averages, any_valid = halved(expected, valid)
    np.testing.assert_array_equal(smaller_valid, any_valid)
    atol = 1e-6 if dtype == "float32" else 0.5 if nodata != 50 else 1.5
    np.testing.assert_allclose(smaller[any_valid], averages[any_valid], atol=atol, rtol=1e-6)


def test_a_small_image_has_no_overviews(tmp_path):
    path, small = tmp_path / "small.tif", tmp_path / "source.tif"
    place = rasterio.Affine(2, 0, 9, 0, -2, 9)
    profile = {"height": 30, "width": 40, "count": 1, "dtype": "uint8", "crs": "EPSG:32632", "transform": place}
    with rasterio.open(small, "w", driver="GTiff", **profile) as dataset:
        dataset.write(np.ones((1, 30, 40), "uint8"))
    with Raster(small) as source, writing(path, source, source, 16) as output:
        output.write(slice(0, 30), slice(0, 40), np.full((30, 40, 1), 7, "uint8"), np.ones((30, 40), bool))
    assert check_cloud_optimized(path) == [(30, 40)]
    assert [(entry.name) for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_factors_end_with_one_block():
    assert overview_factors(512, 300) == []
    assert overview_factors(513, 300) == [2]
    assert overview_factors(3000, 6000) == [2, 4, 8, 16]


def test_an_interrupt_is_heard_while_gdal_is_at_work(raster, tmp_path, monkeypatch):
    low, go_on = raster("low.tif", "uint8"), threading.Event()
    monkeypatch.setattr(raster_writing, "_optimize", lambda pixels, path: go_on.wait(20))

    def interrupted(thread, seconds=None):
        raise KeyboardInterrupt

    path = tmp_path / "out" / "fused.tif"
    start = time.monotonic()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt), writing(path, low, low, 64):
        patch.setattr(threading.Thread, "join", interrupted)
    go_on.set()
    assert time.monotonic() - start < 10
    assert list(path.parent.iterdir()) == []
