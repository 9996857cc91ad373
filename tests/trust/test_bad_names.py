"""File names with blanks, line breaks, stray bytes, and as long as they may be."""

import errno
import os
from pathlib import Path

import pytest

from cscfuse_keras.errors import printable
from cscfuse_keras.io import write_picture

TASKS = ("ivf", "mef", "msf")
NAMES = {
    "blanks": "a  name with  blanks",
    "line break": "two\nlines\r\n",
    "terminal": "red \x1b[31m \u202e",
    "bytes": os.fsdecode(b"caf\xe9 \xff\xfe"),
    "other scripts": "日本 ελ",
    "option": "--output",
    "pattern": "[ab]*?{x}%s",
    "long": "n" * 246,
}


def can_hold(folder, name):
    try:
        (folder / name).touch()
    except OSError as problem:
        if problem.errno in (errno.EILSEQ, errno.EINVAL):
            pytest.skip("the file system holds no such name")
        raise
    (folder / name).unlink()


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", list(NAMES))
def test_unusual_names(run, refused, partner, tmp_path, samples_of, task, name):
    """They are read and written, also in folders of such names; messages show them on one line."""
    stem = NAMES[name]
    can_hold(tmp_path, stem)
    path = tmp_path / stem / f"{stem}.png"
    write_picture(path, samples_of(24, 32))
    outcome = run(*partner(task, path, output=f"{stem}/{stem[:200]} fused.{'tif' if task == 'msf' else 'png'}"))
    assert outcome.code == 0, outcome
    assert len(outcome.output) == 1
    assert outcome.output[0].isprintable()
    assert printable(stem)[:190] in outcome.output[0]
    (fused,) = (other for other in path.parent.iterdir() if other != path)
    assert fused.stem == f"{stem[:200]} fused"
    path.write_bytes(b"no picture")
    line = refused(3, *partner(task, path, output="again"))
    # Some messages quote the name, which doubles its backslashes.
    assert printable(stem) in line.replace("\\\\", "\\")


@pytest.mark.parametrize("name", ["blanks", "line break", "bytes", "other scripts"])
def test_unusual_names_of_georeferenced_files(run, refused, tmp_path, samples_of, msf_model, name):
    rasterio = pytest.importorskip("rasterio")
    stem = NAMES[name]
    can_hold(tmp_path, stem)
    (tmp_path / stem).mkdir()
    for kind, (count, *size), pixel in (("low", (4, 12, 16), 2.0), ("guide", (1, 24, 32), 1.0)):
        profile = {"driver": "GTiff", "count": count, "height": size[0], "width": size[1], "dtype": "uint16"}
        place = {"crs": "EPSG:32632", "transform": rasterio.Affine(pixel, 0, 9, 0, -pixel, 5)}
        with rasterio.open(tmp_path / f"{kind}.tif", "w", **profile, **place) as dataset:
            dataset.write(samples_of(count, *size, dtype="uint16"))
        (tmp_path / f"{kind}.tif").rename(tmp_path / stem / f"{stem} {kind}.tif")
    sources = [tmp_path / stem / f"{stem} {kind}.tif" for kind in ("low", "guide")]
    output = tmp_path / stem / f"{stem}.tif"
    command = "fuse", "--task", "msf", *sources, "-o", output, "--preset", msf_model
    if name == "bytes":
        # GDAL opens no such files.
        refused(2, *command, words=[r"caf\udce9", "UTF-8", "rename"])
        return
    outcome = run(*command)
    assert outcome.code == 0, outcome
    assert output.exists()
    assert outcome.output == [printable(str(output))]


@pytest.mark.parametrize("task", TASKS)
def test_names_longer_than_they_may_be(refused, partner, tmp_path, samples_of, task):
    write_picture(tmp_path / "a.png", samples_of(24, 32))
    too_long = f"{'n' * 300}.{'npy' if task == 'msf' else 'png'}"
    refused(2, *partner(task, tmp_path / "a.png", output=too_long), words=["shorter"])
    refused(3, *partner(task, tmp_path / too_long), words=["nnn", "expected", "check the path"])
    refused(
        2, *partner(task, tmp_path / "a.png", output="n" * 300 + "/a.png"), words=["shorter"] if task != "msf" else []
    )


def test_a_result_named_after_a_long_name(refused, tmp_path, samples_of):
    """`FIRST-fused` would be longer than a name can be: that is found out before the work."""
    paths = [tmp_path / f"{letter * 249}.png" for letter in "ab"]
    for path in paths:
        write_picture(path, samples_of(24, 32))
    (tmp_path / "out").mkdir()
    refused(2, "fuse", "--task", "mef", *paths, "-o", tmp_path / "out", words=["shorter"])


def test_folders_of_unusual_names(run, tmp_path, samples_of):
    """Pairs are found, fused, and told one a line whatever their names."""
    stems = [stem for name, stem in NAMES.items() if name != "bytes"]
    for stem in stems:
        write_picture(tmp_path / "ir" / f"{stem}.png", samples_of(24, 32))
        write_picture(tmp_path / "vis" / f"{stem}.png", samples_of(24, 32, 3))
    for stem in (NAMES["line break"], NAMES["terminal"]):
        (tmp_path / "ir" / f"{stem}.png").write_bytes(b"no picture")
    (tmp_path / "vis" / "alone\nhere.png").write_bytes(b"")
    outcome = run(
        "fuse", "--task", "ivf", tmp_path / "ir", tmp_path / "vis", "-o", tmp_path / "out", "--preset", "ivf-lite"
    )
    assert outcome.code == 3
    assert all(line.isprintable() for line in outcome.errors + outcome.output)
    assert sum(line.startswith("failed: ") for line in outcome.errors) == 2
    assert [line for line in outcome.errors if line.startswith("skipped: ") and r"alone\nhere.png" in line]
    assert len(list((tmp_path / "out").iterdir())) == len(stems) - 2


def test_an_array_inside_a_file_is_no_other_name_for_it(refused, tmp_path, samples_of, msf_model):
    """`scene.mat:bands` is read from `scene.mat`, which the result may not replace."""
    import scipy.io

    scipy.io.savemat(tmp_path / "scene.mat", {"bands": samples_of(12, 16, 4), "pan": samples_of(24, 32, 1)})
    sources = f"{tmp_path / 'scene.mat'}:bands", f"{tmp_path / 'scene.mat'}:pan"
    command = "fuse", "--task", "msf", *sources, "-o", tmp_path / "scene.mat", "--preset", msf_model, "--overwrite"
    refused(2, *command, words=["scene.mat", "found an input"])


def test_band_pictures_are_counted_by_what_is_there(refused, partner, tmp_path, samples_of):
    """A number in a name takes neither time nor memory."""
    write_picture(tmp_path / "scene" / "ms_01.png", samples_of(12, 16))
    write_picture(tmp_path / "scene" / "ms_99999999999999.png", samples_of(12, 16))
    refused(3, *partner("msf", tmp_path / "scene", other=True), words=["scene", "without a gap, found no 2"])


def test_names_with_stray_bytes_are_told(run, tmp_path):
    """Standard error can show what standard output could not."""
    outcome = run("fuse", "--task", "ivf", Path(os.fsdecode(b"\xff.png")), tmp_path / "b.png", "-o", tmp_path / "x.png")
    assert (outcome.code, len(outcome.errors)) == (3, 1)
    assert r"\udcff.png" in outcome.errors[0]
