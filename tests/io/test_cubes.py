import os
import struct

import h5py
import numpy as np
import pytest
import scipy.io
import tifffile

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import write_picture
from cscfuse_keras.io.cubes import guide_beside_bands, read_cube


@pytest.fixture
def image():
    """Samples (height, width, bands) in which every axis can be told from the others."""
    return np.random.default_rng(0).integers(0, 2048, (5, 7, 4)).astype("uint16")


def write_matlab_73(path, **arrays):
    """As MATLAB does: a header of 512 bytes, axes in the opposite order, and the contents of cells aside."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            file[name] = array.T
        file["#refs#/a"] = np.zeros((2, 2, 2))
    with path.open("rb+") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + struct.pack("<HH", 0x0200, 0x4D49))


def write_stored(kind, folder, image):
    """Store an image in one of the forms, and give its source."""
    path = folder / f"image.{kind.split('_')[0]}"
    if kind == "npy":
        np.save(path, image)
    elif kind == "npy_swapped":
        np.save(path, np.asfortranarray(image).astype(image.dtype.newbyteorder()))
    elif kind == "mat":
        scipy.io.savemat(path, {"I_MS": image, "ratio": 4}, do_compression=True)
    elif kind == "mat_named":
        scipy.io.savemat(path, {"I_MS": image, "other": image[:2]}, do_compression=True)
        path = f"{path}:I_MS"
    elif kind == "mat_73":
        write_matlab_73(path, I_MS=image, ratio=np.float64([[4]]))
    elif kind == "h5":
        with h5py.File(path, "w") as file:
            file["scene/bands"], file["scene/pan"] = image, image[..., 0]
    elif kind == "h5_named":
        with h5py.File(path, "w") as file:
            file["scene/bands"], file["scene/others"] = image, image
        path = f"{path}:/scene/bands"
    elif kind == "tif_pages":
        tifffile.imwrite(path, np.moveaxis(image, -1, 0), photometric="minisblack")
    elif kind == "tif_samples":
        tifffile.imwrite(path, image, photometric="minisblack", planarconfig="contig", compression="deflate")
    elif kind == "tif_planes":
        tifffile.imwrite(path, np.moveaxis(image, -1, 0), photometric="minisblack", planarconfig="separate")
    elif kind == "folder":
        path = folder / "image"
        for k in range(image.shape[2]):
            write_picture(path / f"image_ms_{k + 1:02}.png", image[..., k])
    return path


KINDS = [
    *("npy", "npy_swapped", "mat", "mat_named", "mat_73", "h5", "h5_named"),
    *("tif_pages", "tif_samples", "tif_planes", "folder"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_gives_the_samples_as_stored(kind, tmp_path, image):
    cube = read_cube(write_stored(kind, tmp_path, image))
    assert cube.samples.dtype == np.uint16
    np.testing.assert_array_equal(cube.samples, image)
    assert cube.full_scale == 65535
    assert cube.band_names == (tuple(f"image_ms_{k:02}" for k in range(1, 5)) if kind == "folder" else ())


@pytest.mark.parametrize("kind", KINDS)
def test_size_is_limited_before_decoding(kind, tmp_path, image):
    source = write_stored(kind, tmp_path, image)
    with pytest.raises(InputError, match="raise the limit by --max-pixels or CSCFUSE_MAX_PIXELS"):
        read_cube(source, max_samples=image.size - 1)


@pytest.mark.parametrize("kind", ["npy", "mat", "mat_73", "h5", "tif_samples"])
def test_damaged_files_are_named(kind, tmp_path, image):
    path = write_stored(kind, tmp_path, image)
    os.truncate(path, path.stat().st_size - 40)
    with pytest.raises(InputError, match=rf"{path.name}: expected"):
        read_cube(path)


def test_pictures_and_single_bands_are_cubes(tmp_path, image):
    write_picture(tmp_path / "pan.png", image[..., 0])
    np.testing.assert_array_equal(read_cube(tmp_path / "pan.png").samples, image[..., :1])
    write_picture(tmp_path / "rgb.png", image[..., :3])
    np.testing.assert_array_equal(read_cube(tmp_path / "rgb.png").samples, image[..., :3])
    scipy.io.savemat(tmp_path / "scene.mat", {"I_PAN": image[..., 0]})
    np.testing.assert_array_equal(read_cube(f"{tmp_path / 'scene.mat'}:I_PAN").samples, image[..., :1])


def test_bands_stored_in_colour_count_by_their_first_channel(tmp_path):
    band = np.arange(12, dtype="uint8").reshape(3, 4)
    for k in (1, 2):
        pixels = np.stack([band * k, 255 - band, band], axis=-1)
        write_picture(tmp_path / f"watercolors_ms_0{k}.png", pixels, alpha=np.full((3, 4), 255, "uint8"))
    cube = read_cube(tmp_path)
    np.testing.assert_array_equal(cube.samples, np.stack([band, 2 * band], axis=-1))
    assert cube.full_scale == 255


def test_full_scale_is_stated_or_that_of_the_integers(tmp_path, image):
    np.save(tmp_path / "image.npy", image)
    assert read_cube(tmp_path / "image.npy", full_scale=2047).full_scale == 2047
    with pytest.raises(InputError, match=r"image\.npy: expected samples in 0 to the full scale 1000, found \d+ to 20"):
        read_cube(tmp_path / "image.npy", full_scale=1000)
    with pytest.raises(UsageError, match="full_scale: expected a positive value, found 0"):
        read_cube(tmp_path / "image.npy", full_scale=0)


def test_scale_of_floats_is_not_guessed(tmp_path, image):
    np.save(tmp_path / "image.npy", image / 2047)
    cube = read_cube(tmp_path / "image.npy")
    assert (cube.full_scale, cube.samples.dtype) == (None, np.float64)
    assert read_cube(tmp_path / "image.npy", full_scale=1).full_scale == 1
    np.save(tmp_path / "missing.npy", np.where(image > 500, image, np.nan))
    with pytest.raises(InputError, match="expected finite samples, found NaN"):
        read_cube(tmp_path / "missing.npy")


def test_negative_samples_are_refused(tmp_path):
    np.save(tmp_path / "image.npy", np.int16([[[-1, 3]]]))
    with pytest.raises(InputError, match="found -1 to 3"):
        read_cube(tmp_path / "image.npy")


def test_nothing_in_a_file_is_executed(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"objects\.npy: expected"):
        read_cube(tmp_path / "objects.npy")


@pytest.mark.parametrize("suffix", ["mat", "h5"])
def test_array_must_be_clear(suffix, tmp_path, image):
    path = tmp_path / f"scene.{suffix}"
    if suffix == "mat":
        scipy.io.savemat(path, {"a": image, "b": image[:3], "text": "words"})
    else:
        with h5py.File(path, "w") as file:
            file["a"], file["b"], file["text"] = image, image[:3], "words"
    with pytest.raises(InputError, match=r"expected one array of three axes, found a 5 x 7 x 4, b 3 x 7 x 4; name one"):
        read_cube(path)
    with pytest.raises(InputError, match=r"expected an array named 'c', found a .*, b .*; correct"):
        read_cube(f"{path}:c")


def test_pages_that_differ_are_refused(tmp_path, image):
    with tifffile.TiffWriter(tmp_path / "pages.tif") as tiff:
        tiff.write(image[..., 0])
        tiff.write(image[:3, ..., 0])
    with pytest.raises(InputError, match="expected pages of one size and depth, found 2 kinds"):
        read_cube(tmp_path / "pages.tif")


def test_compression_that_is_not_read_is_named(tmp_path, image):
    tifffile.imwrite(tmp_path / "image.tif", image[..., 0])
    content = bytearray((tmp_path / "image.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "image.tif") as tiff:
        struct.pack_into("<H", content, tiff.pages.first.tags["Compression"].valueoffset, 5)
    (tmp_path / "image.tif").write_bytes(content)
    with pytest.raises(InputError, match="no compression or deflate, found LZW"):
        read_cube(tmp_path / "image.tif")


def test_other_sources_are_refused(tmp_path, image):
    with pytest.raises(InputError, match=r"none\.mat: expected an image of bands, found nothing"):
        read_cube(tmp_path / "none.mat")
    (tmp_path / "image.txt").write_text("no image")
    with pytest.raises(InputError, match=r"image\.txt: expected a folder .* found a file that begins with b'no image'"):
        read_cube(tmp_path / "image.txt")
    np.save(tmp_path / "four.npy", image[np.newaxis])
    with pytest.raises(InputError, match=r"found uint16 of shape \(1, 5, 7, 4\)"):
        read_cube(tmp_path / "four.npy")


def test_gaps_and_unequal_bands_are_named(tmp_path, image):
    write_picture(tmp_path / "a" / "ms_01.png", image[..., 0])
    write_picture(tmp_path / "a" / "ms_03.png", image[..., 0])
    with pytest.raises(InputError, match=r"a: expected band pictures .* without a gap, found no 2"):
        read_cube(tmp_path / "a")
    write_picture(tmp_path / "a" / "ms_02.png", image[:4, :, 0])
    with pytest.raises(InputError, match=r"found 7 x 5 uint16 in ms_01\.png and 7 x 4 uint16 in ms_02\.png"):
        read_cube(tmp_path / "a")
    with pytest.raises(InputError, match="found no 1"):
        read_cube(tmp_path)


def test_guide_is_the_picture_that_is_no_band(tmp_path, image):
    write_picture(tmp_path / "ms_01.png", image[..., 0])
    with pytest.raises(InputError, match="expected one RGB picture beside the bands, found 0"):
        guide_beside_bands(tmp_path)
    write_picture(tmp_path / "rgb.png", image[..., :3])
    assert guide_beside_bands(tmp_path) == tmp_path / "rgb.png"
    write_picture(tmp_path / "rgb2.bmp", image[..., :3].astype("uint8"))
    with pytest.raises(InputError, match="found 2"):
        guide_beside_bands(tmp_path)
