"""`cscfuse manifest`."""

import pytest

from cscfuse_keras.batch.manifest import read_manifest


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_pairs_are_listed_as_fuse_pairs_them(cscfuse, tmp_path):
    touch(tmp_path, "ir/a.png", "ir/b10.png", "ir/b2.png", "vis/a.jpg", "vis/b2.png", "vis/b10.png")
    folders = ["--infrared", tmp_path / "ir", "--visible", tmp_path / "vis"]
    result = cscfuse("manifest", "--task", "ivf", *folders, "-o", tmp_path / "pairs.csv")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "pairs.csv").read_text().splitlines() == [
        "name,infrared,visible",
        "a,ir/a.png,vis/a.jpg",
        "b2,ir/b2.png,vis/b2.png",
        "b10,ir/b10.png,vis/b10.png",
    ]
    assert cscfuse("manifest", "--task", "ivf", *folders, "-o", tmp_path / "pairs.csv").exit_code == 2
    touch(tmp_path, "vis/alone.png")
    result = cscfuse("manifest", "--task", "ivf", *folders, "-o", tmp_path / "pairs.csv", "--overwrite")
    assert result.exit_code == 3
    assert "alone.png" in result.output
    assert len(list(read_manifest(tmp_path / "pairs.csv", "ivf"))) == 3


def test_scenes_of_exposures(cscfuse, tmp_path):
    touch(tmp_path, "scenes/one/1.jpg", "scenes/one/2.jpg", "scenes/two/1.jpg", "scenes/two/2.jpg", "scenes/two/3.jpg")
    result = cscfuse("manifest", "--task", "mef", "--scenes", tmp_path / "scenes", "-o", tmp_path / "m.jsonl")
    assert result.exit_code == 0, result.output
    entries = list(read_manifest(tmp_path / "m.jsonl", "mef"))
    assert [(entry.name, len(entry.sources)) for entry in entries] == [("one", 2), ("two", 3)]


def test_images_of_many_bands(cscfuse, tmp_path):
    touch(tmp_path, "low/a.tif", "low/b.npy", "low/c/ms_01.png", "guide/a.tif", "guide/b.npy", "guide/c.png")
    folders = ["--low-resolution", tmp_path / "low", "--guide", tmp_path / "guide"]
    result = cscfuse("manifest", "--task", "msf", *folders, "-o", tmp_path / "m.csv")
    assert result.exit_code == 0, result.output
    entries = list(read_manifest(tmp_path / "m.csv", "msf"))
    assert [entry.output("msf") for entry in entries] == ["a-fused.tif", "b-fused.npy", "c-fused.npy"]
    assert entries[2].sources == (tmp_path / "low/c", tmp_path / "guide/c.png")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--task", "ivf", "--infrared", "x"], 2, "--task ivf: expected --visible"),
        (
            ["--task", "ivf", "--infrared", "x", "--visible", "x", "--guide", "x"],
            2,
            "--guide: expected with --task msf",
        ),
        (["--task", "ivf", "--infrared", "x", "--visible", "x"], 3, "x: expected a folder, found nothing"),
        (["--task", "mef", "--scenes", "."], 3, "expected folders of two or more exposures"),
        (["--task", "msf", "--low-resolution", ".", "--guide", "."], 3, "expected items to list"),
    ],
)
def test_folders_that_cannot_be_listed(cscfuse, tmp_path, monkeypatch, arguments, code, told):
    monkeypatch.chdir(tmp_path)
    result = cscfuse("manifest", *arguments, "-o", "m.csv")
    assert result.exit_code == code
    assert told in result.output
    assert not (tmp_path / "m.csv").exists()


def test_other_formats_are_refused(cscfuse, tmp_path):
    result = cscfuse("manifest", "--task", "mef", "--scenes", tmp_path, "-o", tmp_path / "m.txt")
    assert result.exit_code == 2
    assert "found '.txt'" in result.output
