"""Files that are not what they should be: missing, empty, cut off, of another format."""

import io

import h5py
import numpy as np
import pytest
import scipy.io
import tifffile
from PIL import Image

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.io.cubes import read_cube

TASKS = ("ivf", "mef", "msf")


@pytest.fixture(scope="module")
def encoded(samples_of):
    """A grey picture of 32 x 24 pixels, encoded, by suffix."""
    image = Image.fromarray(samples_of(24, 32))

    def encode(suffix, **settings):
        buffer = io.BytesIO()
        image.save(buffer, {"tif": "TIFF", "jpg": "JPEG"}.get(suffix, suffix.upper()), **settings)
        return buffer.getvalue()

    return {suffix: encode(suffix) for suffix in ("png", "jpg", "tif", "bmp", "webp", "gif")}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("other", [False, True], ids=["first", "second"])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "found nothing"),
        ("empty", "found an empty file"),
        ("text", "found a file that begins with b'no pictu'"),
    ],
)
def test_no_picture(refused, partner, tmp_path, task, other, kind, words):
    path = tmp_path / "bad.png"
    if kind != "missing":
        path.write_text({"empty": "", "text": "no picture"}[kind])
    refused(3, *partner(task, path, other), words=["bad.png", "expected", words])


@pytest.mark.parametrize(
    ("task", "code", "words"), [("ivf", 2, "one of each"), ("mef", 2, "--batch"), ("msf", 3, "ms_01")]
)
def test_a_folder_where_a_file_is_due(refused, partner, tmp_path, task, code, words):
    (tmp_path / "folder.png").mkdir()
    refused(code, *partner(task, tmp_path / "folder.png"), words=["folder.png", words])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.97])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp", "webp"])
def test_truncated_pictures(refused, partner, tmp_path, encoded, task, suffix, kept):
    path = tmp_path / f"cut.{suffix}"
    content = encoded[suffix]
    path.write_bytes(content[: int(kept * len(content))])
    refused(3, *partner(task, path), words=[path.name, "expected a whole", "copy it again"])


@pytest.mark.parametrize("task", TASKS)
def test_a_format_that_is_not_read(refused, partner, tmp_path, encoded, task):
    path = tmp_path / "picture.gif"
    path.write_bytes(encoded["gif"])
    refused(3, *partner(task, path), words=["picture.gif", "TIFF", "begins with b'GIF87a", "convert it"])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("named", "held"), [("jpg", "png"), ("png", "jpg"), ("tif", "bmp"), ("png", "tif")])
def test_the_content_decides_not_the_name(run, partner, tmp_path, encoded, task, named, held):
    pictures = []
    for folder, suffix in (("named", held), ("misnamed", named)):
        path = tmp_path / folder / f"picture.{suffix}"
        path.parent.mkdir()
        path.write_bytes(encoded[held])
        output = f"{folder}-fused"
        outcome = run(*partner(task, path, output=output))
        assert outcome.code == 0, outcome
        told = [line for line in outcome.warnings() if f"named .{suffix} but holds" in line]
        assert len(told) == (suffix != held), outcome
        pictures.append(read_cube(outcome.output[0]).samples.astype(int))
    np.testing.assert_allclose(*pictures, atol=1)


def write_array(path, cube):
    kind = path.suffix
    if kind == ".npy":
        np.save(path, cube)
    elif kind == ".mat":
        scipy.io.savemat(path, {"bands": cube})
    elif kind == ".h5":
        with h5py.File(path, "w") as file:
            file["bands"] = cube
    else:
        tifffile.imwrite(path, np.moveaxis(cube, -1, 0), photometric="minisblack", compression="deflate")


@pytest.mark.parametrize("suffix", ["npy", "mat", "h5", "tif"])
def test_arrays_of_bands(run, refused, partner, tmp_path, samples_of, suffix):
    whole = tmp_path / f"whole.{suffix}"
    write_array(whole, samples_of(12, 16, 4))
    command = partner("msf", whole, other=True)
    assert run(*command).code == 0
    fused = np.load(tmp_path / "fused.npy").astype(int)
    misnamed = tmp_path / ("whole.tif" if suffix == "npy" else "whole.npy")
    whole.rename(misnamed)
    outcome = run(*[misnamed if argument == whole else argument for argument in command], "--overwrite")
    assert (outcome.code, len(outcome.warnings())) == (0, 1), outcome
    assert f"named {misnamed.suffix} but holds" in outcome.warnings()[0]
    np.testing.assert_allclose(np.load(tmp_path / "fused.npy"), fused, atol=1)
    content = misnamed.read_bytes()
    for kept in (0, 0.1, 0.5, 0.97):
        whole.write_bytes(content[: int(kept * len(content))])
        refused(3, *command, "--overwrite", words=[whole.name, "expected", "copy it again"])


def test_reading_again_gives_the_same_samples(tmp_path, samples_of):
    """So that the comparisons above compare what was meant."""
    samples = samples_of(24, 32)
    write_picture(tmp_path / "a.png", samples)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png").pixels, samples)
    np.testing.assert_array_equal(read_cube(tmp_path / "a.png").samples[..., 0], samples)
