"""Large pictures: the same result in tiles as whole, in memory that a limit bounds."""

import numpy as np
import pytest
import tifffile

from cscfuse_keras.samples import exposure_bracket, night_road

HEIGHT, WIDTH = 150, 131


@pytest.fixture
def sources(tmp_path):
    """Float pictures of a task, so that results are not rounded."""

    def write(task):
        if task == "ivf":
            images = night_road(HEIGHT, WIDTH)
        elif task == "mef":
            images = exposure_bracket(3, HEIGHT, WIDTH)
        else:
            noise = np.random.default_rng(0).random
            images = [noise((40, 36, 31)), noise((80, 72, 3))]
        paths = [tmp_path / f"{k}.{'npy' if task == 'msf' else 'tif'}" for k in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            image = np.clip(image, 0, 1).astype(np.float32)
            np.save(path, image) if task == "msf" else tifffile.imwrite(path, image)
        return paths

    return write


@pytest.mark.parametrize(
    ("task", "preset", "sides"),
    [
        ("ivf", "ivf-lite", [33, 64]),
        ("ivf", "ivf-paper", [64]),
        ("mef", "mef-lite", [33, 64]),
        ("mef", "mef-paper", [47]),
        ("msf", "msf-lite", [6, 30]),
    ],
)
def test_tiles_give_the_same_picture(run, sources, tmp_path, task, preset, sides):
    paths, suffix = sources(task), "npy" if task == "msf" else "tif"
    scales = ["--full-scale", 1] if task == "msf" else []

    def fuse(name, *options):
        output = tmp_path / f"{name}.{suffix}"
        result = run("fuse", "--task", task, *paths, "-o", output, "--preset", preset, *scales, *options)
        assert result.code == 0, result
        return np.load(output) if task == "msf" else tifffile.imread(output)

    whole = fuse("whole", "--tile", 1000)
    assert np.ptp(whole) > 0.1
    for side in sides:
        np.testing.assert_allclose(fuse(f"tile-{side}", "--tile", side), whole, rtol=0, atol=1e-5)


def test_what_does_not_fit_lies_on_disk(run, sources, tmp_path, monkeypatch):
    from cscfuse_keras.tasks import memory

    arrays = []
    monkeypatch.setattr(memory, "_taken", lambda: 10**9)
    monkeypatch.setattr(memory.Memory, "tile", lambda *arguments: 64)
    scratch = memory.scratch_array
    monkeypatch.setattr(memory, "scratch_array", lambda *shape: arrays.append(scratch(*shape)) or arrays[-1])
    paths = sources("mef")
    for name, limit in (("free.tif", "9GB"), ("limited.tif", 10**9 + 200_000)):
        result = run("fuse", "--task", "mef", *paths, "-o", tmp_path / name, "--memory-limit", limit)
        assert result.code == 0, result
    np.testing.assert_array_equal(*(tifffile.imread(tmp_path / name) for name in ("free.tif", "limited.tif")))
    assert arrays
    assert all(isinstance(array, np.memmap) for array in arrays)
    assert {path.name for path in tmp_path.iterdir()} == {*(path.name for path in paths), "free.tif", "limited.tif"}


@pytest.mark.parametrize(("task", "preset"), [("ivf", "ivf-lite"), ("mef", "mef-lite"), ("msf", "msf-lite")])
def test_too_little_memory_is_told(refused, sources, tmp_path, task, preset):
    scales = ["--full-scale", 1] if task == "msf" else []
    message = refused(
        5,
        *("fuse", "--task", task, *sources(task), "-o", tmp_path / f"out.{'npy' if task == 'msf' else 'tif'}"),
        *("--preset", preset, "--memory-limit", "50MB", *scales),
    )
    assert "50 MB" in message
    assert "--memory-limit" in message


@pytest.mark.parametrize(("option", "value"), [("--memory-limit", "lots"), ("--max-pixels", "-3"), ("--tile", "0")])
def test_limits_that_are_none(refused, sources, tmp_path, option, value):
    assert option in refused(2, "fuse", "--task", "ivf", *sources("ivf"), "-o", tmp_path / "out.png", option, value)


def test_more_pixels_than_allowed(refused, sources, tmp_path):
    message = refused(
        3, "fuse", "--task", "ivf", *sources("ivf"), "-o", tmp_path / "out.png", "--max-pixels", HEIGHT * WIDTH - 1
    )
    assert f"{WIDTH} x {HEIGHT}" in message
    assert "--max-pixels" in message
