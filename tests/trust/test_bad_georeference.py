"""Georeferenced images that do not show the same area, or nothing at all."""

import numpy as np
import pytest

from cscfuse_keras.io import write_picture

rasterio = pytest.importorskip("rasterio")


@pytest.fixture
def write(tmp_path, samples_of):
    """Write a GeoTIFF file: `low` of 16 x 12 pixels of 4 bands, or `guide` of 32 x 24 pixels."""

    def write(name, dtype="uint16", samples=None, left=9.0, ratio=2.0, crs="EPSG:32632", rotated=0.0, **profile):
        low = name.startswith("low")
        pixel = ratio if low else 1.0
        shape = (4, 12, 16) if low else (1, 24, 32)
        samples = samples_of(*shape, dtype=dtype) if samples is None else samples
        path = tmp_path / f"{name}.tif"
        place = {"crs": crs, "transform": rasterio.Affine(pixel, rotated, left, rotated, -pixel, 5)}
        size = {"count": samples.shape[0], "height": samples.shape[1], "width": samples.shape[2]}
        with rasterio.open(path, "w", driver="GTiff", dtype=dtype, **size, **place, **profile) as dataset:
            dataset.write(samples)
        return path

    return write


@pytest.fixture
def command(tmp_path, msf_model):
    return lambda low, guide, *options: [
        "fuse", "--task", "msf", low, guide, "-o", tmp_path / "fused.tif", "--preset", msf_model, *options
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"crs": "EPSG:4326"}, ["one coordinate reference system", "EPSG:32632", "EPSG:4326", "gdalwarp -t_srs"]),
        ({"crs": None}, ["one coordinate reference system", "EPSG:32632 and none", "gdalwarp"]),
        ({"left": 12.0}, ["the same area", "bounds", "gdalwarp -te"]),
        ({"rotated": 0.1}, ["rotated", "gdalwarp"]),
    ],
)
def test_places_that_differ(refused, write, command, other, words):
    line = refused(3, *command(write("low"), write("guide", **other)), words=words)
    assert "guide.tif" in line


def test_a_ratio_of_pixels_that_is_not_whole(refused, write, command):
    words = ["low.tif", "guide.tif", "a whole number of times", "2.5", "gdalwarp -tr"]
    refused(3, *command(write("low", ratio=2.5), write("guide")), words=words)


@pytest.mark.parametrize("placed", ["low", "guide"])
@pytest.mark.parametrize("kind", ["tif", "png"])
def test_one_side_without_a_place(refused, write, command, tmp_path, samples_of, placed, kind):
    import tifffile

    plain = tmp_path / f"plain.{kind}"
    if kind == "png":
        write_picture(plain, samples_of(24, 32))
    else:
        tifffile.imwrite(plain, samples_of(24, 32))
    paths = [write("low"), plain] if placed == "low" else [plain, write("guide")]
    refused(3, *command(*paths), words=[f"{plain} is not", "georeferenced", "gdal_translate"])


def test_wrong_numbers_of_bands(refused, write, command, samples_of):
    many = write("low many", samples=samples_of(5, 12, 16, dtype="uint16"))
    refused(3, *command(many, write("guide")), words=["low many.tif", "expected 4 bands", "found 5"])
    colour = write("guide colour", samples=samples_of(3, 24, 32, dtype="uint16"))
    refused(3, *command(write("low"), colour), words=["guide colour.tif", "expected 1 channels", "found 3"])


@pytest.mark.parametrize("name", ["low", "guide"])
@pytest.mark.parametrize("nothing", ["nan", "inf", "nodata"])
def test_images_without_a_value(refused, write, command, name, nothing):
    shape = (4, 12, 16) if name == "low" else (1, 24, 32)
    if nothing == "nodata":
        empty = write(name, samples=np.full(shape, 7, "uint16"), nodata=7)
        options = []
    else:
        empty = write(name, dtype="float32", samples=np.full(shape, nothing, "float32"))
        options = ["--full-scale" if name == "low" else "--guide-full-scale", 1]
    paths = [empty, write("guide")] if name == "low" else [write("low"), empty]
    refused(3, *command(*paths, *options), words=[f"{name}.tif", "pixels with a value", "found none"])


def test_single_pixels_without_a_value_stay_so(run, write, command, tmp_path, samples_of):
    samples = samples_of(4, 12, 16, dtype="float32")
    samples[1, 3, 5] = np.nan
    outcome = run(*command(write("low", dtype="float32", samples=samples), write("guide"), "--full-scale", 1))
    assert outcome.code == 0, outcome
    with rasterio.open(tmp_path / "fused.tif") as dataset:
        invalid = np.isnan(dataset.read())
    expected = np.zeros((24, 32), bool)
    expected[6:8, 10:12] = True
    np.testing.assert_array_equal(invalid, np.broadcast_to(expected, invalid.shape))


@pytest.mark.parametrize("worst", [-1, 2])
def test_samples_outside_the_scale(refused, write, command, samples_of, worst):
    samples = samples_of(4, 12, 16, dtype="float32")
    samples[0, 0, 0] = worst
    command = command(write("low", dtype="float32", samples=samples), write("guide"), "--full-scale", 1)
    refused(3, *command, words=["low.tif", "full scale 1", str(worst)])


def test_floats_need_a_scale(refused, write, command):
    low = write("low", dtype="float32")
    refused(2, *command(low, write("guide")), words=["low.tif", "expected --full-scale", "1.0"])


def test_twelve_bits_in_sixteen(run, write, command, samples_of):
    low = write("low", samples=samples_of(4, 12, 16, dtype="uint16") // 32)
    (line,) = run(*command(low, write("guide"))).warnings()
    assert all(word in line for word in ("low.tif", "of 65535", "--full-scale"))
    assert (
        run(*command(low, write("guide"), "--full-scale", 2047, "--guide-full-scale", 65535, "--overwrite")).warnings()
        == []
    )


@pytest.mark.parametrize("name", ["low", "guide"])
@pytest.mark.parametrize("kept", [0.03, 0.3, 0.9])
def test_truncated(refused, write, command, name, kept):
    paths = {"low": write("low"), "guide": write("guide")}
    content = paths[name].read_bytes()
    paths[name].write_bytes(content[: int(kept * len(content))])
    refused(3, *command(*paths.values()), words=[f"{name}.tif"])


def test_the_content_decides_not_the_name(run, write, command, tmp_path):
    low, guide = write("low"), write("guide")
    guide.rename(tmp_path / "guide.png")
    outcome = run(*command(low, tmp_path / "guide.png"))
    assert outcome.code == 0, outcome
    assert "guide.png: named .png but holds TIFF" in outcome.warnings()[0]


@pytest.mark.parametrize("name", ["low", "guide"])
def test_a_header_that_claims_too_many_pixels(refused, write, command, tmp_path, name):
    """No tile of it is stored, so the file is small."""
    paths = {"low": write("low"), "guide": write("guide")}
    place = {"crs": "EPSG:32632", "transform": rasterio.Affine(1, 0, 9, 0, -1, 5), "sparse_ok": True}
    tiles = {"tiled": True, "blockxsize": 8192, "blockysize": 8192}
    shape = {"height": 10**6, "width": 10**6, "count": 4 if name == "low" else 1, "dtype": "uint8"}
    with rasterio.open(paths[name], "w", driver="GTiff", **shape, **place, **tiles):
        pass
    refused(3, *command(*paths.values()), words=[f"{name}.tif", "1000000 x 1000000"])
