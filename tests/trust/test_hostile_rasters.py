"""Georeferenced files made to do harm: GDAL opens one GeoTIFF file alone, of a size that it can have."""

import socket
import struct

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import limits
from cscfuse_keras.io.rasters import Raster

PLACE = {"driver": "GTiff", "crs": "EPSG:32631"}
VRT = """<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:32631</SRS>
<GeoTransform>500000, 4, 0, 4600000, 0, -4</GeoTransform>
<VRTRasterBand dataType="UInt16" band="1"><SimpleSource><SourceFilename>{source}</SourceFilename></SimpleSource>
</VRTRasterBand></VRTDataset>"""


def write_raster(path, side=8, bands=4, pixel=4, **settings):
    profile = {**PLACE, "transform": from_origin(500000, 4600000, pixel, pixel), "dtype": "uint16", **settings}
    with rasterio.open(path, "w", width=side, height=side, count=bands, **profile) as dataset:
        if not settings.get("sparse_ok"):
            dataset.write(np.full((bands, side, side), 500, "uint16"))
    return path


@pytest.fixture
def fuse(tmp_path, msf_model):
    """Arguments that fuse a low-resolution file with a georeferenced guide."""
    guide = write_raster(tmp_path / "guide.tif", side=16, bands=1, pixel=2)
    output = tmp_path / "fused.tif"
    return lambda low: ["fuse", "--task", "msf", low, guide, "-o", output, "--preset", msf_model]


@pytest.fixture
def no_network(monkeypatch):
    """A server that counts who connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server.getsockname()[1]
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("suffix", [".vrt", ".tif"])
def test_a_virtual_file_is_not_opened(refused, fuse, tmp_path, no_network, suffix):
    path = tmp_path / f"low{suffix}"
    path.write_text(VRT.format(source=f"/vsicurl/http://127.0.0.1:{no_network}/secret.tif"))
    refused(3, *fuse(path), words=[path])
    with pytest.raises(InputError, match="expected a GeoTIFF file"):
        Raster(path)


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://127.0.0.1:{port}/low.tif",
        "http://127.0.0.1:{port}/low.tif",
        "/vsizip/{folder}/low.zip/low.tif",
        "zip://{folder}/low.zip!low.tif",
        "GTIFF_DIR:1:{folder}/guide.tif",
        "/vsistdin/",
        "<VRTDataset/>",
    ],
)
def test_names_are_names_of_files(refused, fuse, tmp_path, no_network, name):
    name = name.format(port=no_network, folder=tmp_path)
    refused(3, *fuse(name), words=["found no"])
    with pytest.raises(InputError, match="found no file of that name"):
        Raster(name)


def test_a_file_of_a_strange_name_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("GTIFF_DIR:1:low.tif", "zip:low.tif", "low!x.tif"):
        write_raster(tmp_path / "plain.tif").rename(tmp_path / name)
        with Raster(name) as raster:
            assert raster.shape == (8, 8, 4)


def test_files_beside_it_are_not_opened(run, fuse, tmp_path, no_network):
    """GDAL would take overviews and masks from there, with whatever driver."""
    path = write_raster(tmp_path / "low.tif")
    vrt = VRT.format(source=f"/vsicurl/http://127.0.0.1:{no_network}/secret.tif")
    for suffix in (".ovr", ".aux.xml"):
        (tmp_path / f"low.tif{suffix}").write_text(vrt)
    with rasterio.open(tmp_path / "low.tif.msk", "w", "GTiff", 8, 8, 1, dtype="uint8") as mask:
        mask.write(np.zeros((1, 8, 8), "uint8"))
        mask.update_tags(INTERNAL_MASK_FLAGS_1="2")
    outcome = run(*fuse(path))
    assert outcome.code == 0, outcome
    assert [line for line in outcome.warnings() if "low.tif.msk" in line], outcome.errors
    with rasterio.open(tmp_path / "fused.tif") as fused:
        assert (fused.read_masks() == 255).all()


def test_a_size_that_no_file_has(refused, fuse, tmp_path):
    path = write_raster(tmp_path / "low.tif", side=64, tiled=True, blockxsize=16, blockysize=16)
    content = path.read_bytes()
    for width, height in ((10**6, 10**6), (300_000, 300_000)):
        path.write_bytes(with_tags(content, {256: width, 257: height}))
        refused(3, *fuse(path), words=[path])


def test_a_block_is_no_larger_than_memory(refused, fuse, tmp_path, monkeypatch):
    """One strip of everything, which must be unpacked to read a single pixel."""
    path = write_raster(tmp_path / "low.tif", side=2000, blockysize=2000, compress="deflate")
    monkeypatch.setenv(limits.MEMORY_VARIABLE, "1MB")
    refused(3, *fuse(path), words=[path, "at most 1 MB", limits.MEMORY_VARIABLE])


def test_more_pixels_may_be_allowed(refused, fuse, tmp_path, monkeypatch):
    path = write_raster(tmp_path / "low.tif")
    monkeypatch.setenv(limits.PIXELS_VARIABLE, "0.2")
    refused(2, *fuse(path), words=[limits.PIXELS_VARIABLE])
    monkeypatch.setattr(limits.Limits, "raster_pixels", 63)
    monkeypatch.setenv(limits.PIXELS_VARIABLE, "1k")
    refused(3, *fuse(path), words=[path, "at most 63 pixels", "8 x 8", limits.PIXELS_VARIABLE])


@pytest.mark.parametrize("pixel", [float("nan"), float("inf"), 0.0])
def test_pixels_have_a_size(refused, fuse, tmp_path, pixel):
    """As a tag tells it; GDAL itself would not write it."""
    path = write_raster(tmp_path / "low.tif")
    content, size = path.read_bytes(), struct.pack("<dd", 4, 4)
    assert content.count(size) == 1
    path.write_bytes(content.replace(size, struct.pack("<dd", pixel, pixel)))
    refused(3, *fuse(path), words=[path])


def with_tags(content, values):
    """A little-endian TIFF file whose tags have other values."""
    changed = bytearray(content)
    (start,) = struct.unpack_from("<I", changed, 4)
    (count,) = struct.unpack_from("<H", changed, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", changed, entry)
        if tag in values:
            struct.pack_into("<HII", changed, entry + 2, 4, 1, values[tag])
    return bytes(changed)
