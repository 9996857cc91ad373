"""Outputs that may not or cannot be written: found out before the work starts."""

import os
from pathlib import Path

import numpy as np
import pytest

from cscfuse_keras.io import write_picture

TASKS = ("ivf", "mef", "msf")


@pytest.fixture
def never_works(monkeypatch):
    """Loading Keras is the first step of the work."""
    monkeypatch.setattr("cscfuse_keras.cli.fuse.load_keras", lambda: pytest.fail("the work has started"))


@pytest.fixture
def command(partner, tmp_path, samples_of):
    """A command for a task that writes to an output."""

    def command(task, output="fused"):
        write_picture(tmp_path / "a.png", samples_of(24, 32), overwrite=True)
        return partner(task, tmp_path / "a.png", output=output)

    return command


def suffix_of(task):
    return ".npy" if task == "msf" else ".png"


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", ["file", "broken link", "link"])
def test_an_existing_output(refused, never_works, command, tmp_path, task, kind):
    output = tmp_path / f"fused{suffix_of(task)}"
    if kind == "file":
        output.write_text("keep me")
    else:
        (tmp_path / "target").write_text("keep me")
        output.symlink_to(tmp_path / ("target" if kind == "link" else "nowhere"))
    refused(2, *command(task), words=[output.name, "found one", "--overwrite"])


@pytest.mark.parametrize("task", TASKS)
def test_overwriting(run, command, tmp_path, task):
    output = tmp_path / f"fused{suffix_of(task)}"
    output.write_text("old")
    assert run(*command(task), "--overwrite").code == 0
    assert output.read_bytes() != b"old"


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("other", [False, True], ids=["first", "second"])
@pytest.mark.parametrize("kind", ["name", "hard link", "symbolic link", "way around"])
def test_an_output_that_is_an_input(refused, never_works, partner, tmp_path, samples_of, task, other, kind):
    path = tmp_path / f"in{suffix_of(task)}"
    if task == "msf":
        np.save(path, samples_of(*((12, 16, 4) if other else (24, 32, 1))))
    else:
        write_picture(path, samples_of(24, 32))
    output = tmp_path / f"other{path.suffix}"
    if kind == "hard link":
        output.hardlink_to(path)
    elif kind == "symbolic link":
        output.symlink_to(path)
    elif kind == "way around":
        output = tmp_path / "beside" / ".." / path.name
    else:
        output = path
    command = partner(task, path, other)
    command[command.index("-o") + 1] = output
    refused(2, *command, "--overwrite", words=["found an input itself", "name another"])


def test_an_output_that_is_the_input_of_another_job(refused, never_works, tmp_path, samples_of):
    """Results of a batch would be written into one of its scenes, over an exposure."""
    for scene in ("day", "night"):
        for name in ("day", "x"):
            write_picture(tmp_path / "scenes" / scene / f"{name}.png", samples_of(24, 32))
    scenes = tmp_path / "scenes"
    write_picture(scenes / "third" / "a.png", samples_of(24, 32))
    write_picture(scenes / "third" / "b.png", samples_of(24, 32))
    options = "--batch", scenes, "-o", tmp_path / "out", "--overwrite"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "third.png").hardlink_to(scenes / "day" / "x.png")
    refused(2, "fuse", "--task", "mef", *options, words=["third.png", "found an input itself"])


@pytest.mark.parametrize("task", TASKS)
def test_a_file_where_a_folder_is_due(refused, never_works, command, tmp_path, task):
    (tmp_path / "file").write_text("keep me")
    refused(2, *command(task, "file/fused"), words=["file/fused", "expected a folder", "found a file"])
    refused(2, *command(task, "file/deeper/fused"), words=["deeper/fused", "expected a folder", "found a file"])


@pytest.mark.parametrize("task", TASKS)
def test_a_folder_where_a_file_is_due(refused, never_works, command, tmp_path, task):
    (tmp_path / "out" / f"a{suffix_of(task)}").mkdir(parents=True)
    name = {"ivf": "fellow.png", "mef": "a-fused.png", "msf": "low-fused.npy"}[task]
    (tmp_path / "out" / name).mkdir()
    argument = command(task)
    argument[argument.index("-o") + 1] = tmp_path / "out"
    refused(2, *argument, "--overwrite", words=[name, "expected the name of a file, found a folder"])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_a_folder_that_nobody_can_write_to(refused, never_works, command, task):
    for place in ("/proc", "/proc/new/folder"):
        words = [place, "expected a folder that can be written to", "name another output"]
        refused(5, *command(task, f"{place}/fused"), words=words)


@pytest.mark.parametrize("task", TASKS)
def test_a_read_only_folder(refused, never_works, command, tmp_path, task):
    (tmp_path / "closed").mkdir(mode=0o500)
    if os.access(tmp_path / "closed", os.W_OK):
        pytest.skip("permissions mean nothing to root")
    for place in ("closed", "closed/deeper"):
        words = [place, "expected a folder that can be written to", "Permission denied"]
        refused(5, *command(task, f"{place}/fused"), words=words)


@pytest.mark.parametrize("task", TASKS)
def test_a_missing_folder_is_made(run, command, tmp_path, task):
    assert run(*command(task, "new/folder/fused")).code == 0
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == [f"fused{suffix_of(task)}"]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("suffix", [".gif", ".webp", ".keras"])
def test_formats_that_are_not_written(refused, never_works, command, task, suffix):
    refused(2, *command(task, f"fused{suffix}"), words=[f"fused{suffix}", "expected a name ending in", suffix])


def test_a_depth_that_the_output_cannot_hold(refused, partner, tmp_path, samples_of):
    """Known once the sources are read, before they are fused."""
    write_picture(tmp_path / "a.png", samples_of(24, 32, 3, dtype="uint16"))
    refused(2, *partner("ivf", tmp_path / "a.png", True, "fused.jpg"), words=["fused.jpg", "uint16", "PNG or TIFF"])


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["convert", "--task", "mef", "--weights", "none.pth", "-o", "file/x.keras"], 2),
        (["patches", "--task", "ivf", "--data", "pictures", "-o", "file/x.h5"], 2),
        (["samples", "--task", "ivf", "-o", "file/x"], 2),
        (["export", "--task", "ivf", "--preset", "ivf-lite", "-o", "file/x"], 2),
        (["train", "--task", "ivf", "--data", "pictures", "-o", "file/x"], 2),
        (["evaluate", "--task", "ivf", "--infrared", "pictures", "--visible", "pictures", "-o", "file/x"], 5),
    ],
    ids=lambda command: str(command).split("'")[1] if isinstance(command, list) else "",
)
def test_outputs_of_other_commands(refused, tmp_path, samples_of, monkeypatch, command, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("keep me")
    write_picture(tmp_path / "pictures" / "a.png", samples_of(130, 130))
    refused(code, *command, words=["file/x", "expected"])
