"""Folders of many jobs with a bad one of every kind: the rest is fused, the bad ones are listed at the end."""

import numpy as np
import pytest
import tifffile

from cscfuse_keras.io import read_picture, write_picture


def bad_pictures(samples_of):
    """By name: what is written as a bad picture, and the words that tell."""

    def raw(content):
        return lambda path: path.write_bytes(content)

    def cut(path):
        write_picture(path, samples_of(24, 32))
        path.write_bytes(path.read_bytes()[:-200])

    def floats(path):
        tifffile.imwrite(path, np.full((24, 32), np.nan, "float32"))

    def signed(path):
        tifffile.imwrite(path, samples_of(24, 32, dtype="int16"))

    return {
        "empty": (raw(b""), "found an empty file"),
        "text": (raw(b"no picture"), "b'no pictu'"),
        "cut": (cut, "truncated or damaged"),
        "nan": (floats, "expected finite float samples"),
        "signed": (signed, "16-bit INT"),
        "size": (lambda path: write_picture(path, samples_of(24, 33)), "33 x 24"),
    }


def assert_listed(outcome, bad, skipped, fused):
    assert outcome.code == 3
    failed = [line for line in outcome.errors if line.startswith("failed: ")]
    assert len(failed) == len(bad)
    for line, (name, (_, words)) in zip(failed, sorted(bad.items()), strict=True):
        assert name in line
        assert words in line
    assert sum(line.startswith("skipped: ") for line in outcome.errors) == skipped
    # Listed at the end, behind what was told in between.
    told = [line.split(":")[0] for line in outcome.errors]
    assert all(kind in ("failed", "skipped") for kind in told[-len(bad) - skipped :])
    assert outcome.output[-1].startswith(f"fused {fused} ")
    assert f"{len(bad)} failed, {skipped} skipped" in outcome.output[-1]


def test_pairs(run, tmp_path, samples_of):
    bad = bad_pictures(samples_of)
    for name in (*bad, "a good", "z good"):
        write_picture(tmp_path / "vis" / f"{name}.png", samples_of(24, 32, 3))
        if name not in bad:
            write_picture(tmp_path / "ir" / f"{name}.png", samples_of(24, 32))
    for name, (write, _) in bad.items():
        write(tmp_path / "ir" / f"{name}.tif" if name in ("nan", "signed") else tmp_path / "ir" / f"{name}.png")
    write_picture(tmp_path / "ir" / "alone.png", samples_of(24, 32))
    (tmp_path / "ir" / "notes.txt").write_text("no picture by its name")
    outcome = run(
        "fuse", "--task", "ivf", tmp_path / "ir", tmp_path / "vis", "-o", tmp_path / "out", "--preset", "ivf-lite"
    )
    assert_listed(outcome, bad, skipped=1, fused=2)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a good.png", "z good.png"]
    assert read_picture(tmp_path / "out" / "z good.png").pixels.shape == (24, 32, 3)


def test_brackets(run, tmp_path, samples_of):
    bad = bad_pictures(samples_of)
    scenes = tmp_path / "scenes"
    for name in (*bad, "a good", "z good", "depth"):
        write_picture(scenes / name / "1.png", samples_of(24, 32, 3))
        write_picture(scenes / name / "2.png", samples_of(24, 32, 3, seed=1))
    for name, (write, _) in bad.items():
        (scenes / name / "2.png").unlink()
        write(scenes / name / ("2.tif" if name in ("nan", "signed") else "2.png"))
    write_picture(scenes / "depth" / "2.png", samples_of(24, 32, 3, dtype="uint16"), overwrite=True)
    bad["depth"] = None, "one depth"
    write_picture(scenes / "single" / "1.png", samples_of(24, 32))
    (scenes / "nothing").mkdir()
    (scenes / "notes.txt").write_text("no scene")
    outcome = run("fuse", "--task", "mef", "--batch", scenes, "-o", tmp_path / "out", "--preset", "mef-lite")
    assert_listed(outcome, bad, skipped=2, fused=2)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a good.png", "z good.png"]


@pytest.mark.parametrize("task", ["ivf", "mef"])
def test_nothing_but_bad_ones(run, tmp_path, samples_of, task):
    for name in ("one", "two"):
        for side in ("ir", "vis"):
            folder = tmp_path / (f"scenes/{name}" if task == "mef" else side)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{side if task == 'mef' else name}.png").write_bytes(b"")
    sources = ["--batch", tmp_path / "scenes"] if task == "mef" else [tmp_path / "ir", tmp_path / "vis"]
    outcome = run("fuse", "--task", task, *sources, "-o", tmp_path / "out", "--preset", f"{task}-lite")
    assert outcome.code == 3
    assert len(outcome.errors) == 2
    assert not (tmp_path / "out").exists()
