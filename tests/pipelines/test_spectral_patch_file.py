import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from cscfuse_keras.errors import InputError, UsageError
from pipelines.spectral_patch_file import SpectralPatchFile, spread, write_spectral_patches
from pipelines.spectral_patches import ScenePatches, SpectralBatches, as_dataset
from pipelines.spectral_sources import find_scene_files, read_spectral_scene

pytestmark = pytest.mark.backend

SETTINGS = {"scale": 2, "size": 8, "stride": 5}


def write_scene(path, dtype, bands=3, size=16):
    generator = np.random.default_rng(len(path.name))
    images = {
        "I_MS": generator.integers(0, 200, (size, size, bands)),
        "I_PAN": generator.integers(0, 200, (size, size)),
    }
    scipy.io.savemat(path, {name: array.astype(dtype) for name, array in images.items()})


@pytest.fixture
def scenes(tmp_path):
    """A scene of 8 bits and one of 11."""
    write_scene(tmp_path / "a.mat", "uint8")
    write_scene(tmp_path / "bb.mat", "uint16")
    found = find_scene_files([tmp_path / "a.mat", tmp_path / "bb.mat"], bands_full_scale=(255, 2047))
    return [files for group in found for files in group]


@pytest.fixture
def patch_file(tmp_path, scenes):
    write_spectral_patches(scenes, tmp_path / "patches.h5", **SETTINGS)
    return tmp_path / "patches.h5"


def content(patches):
    return [patch.in_unit_range() for patch in patches]


def assert_same(one, other):
    for arrays, same in zip(one, other, strict=True):
        for array, expected in zip(arrays, same, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_file_holds_what_memory_would(scenes, patch_file):
    patches = SpectralPatchFile(patch_file)
    assert (patches.scale, patches.size, patches.method) == (2, 8, "mtf")
    assert patches.scene_names == [str(files.path) for files in scenes]
    assert_same(content(patches), content(ScenePatches([read_spectral_scene(files) for files in scenes], **SETTINGS)))


def test_chunks_are_patches_compressed_and_checked(patch_file):
    with h5py.File(patch_file) as file:
        for dataset in file["000000"].values():
            assert dataset.chunks == (1, *dataset.shape[1:])
            assert (dataset.compression, dataset.fletcher32) == ("gzip", True)
            assert dataset.dtype == np.uint8


def test_scenes_and_turns_are_chosen(scenes, patch_file):
    every, second = SpectralPatchFile(patch_file), SpectralPatchFile(patch_file, [1], turns=1)
    assert (len(every), len(second)) == (2 * 4 * 4, 4)
    assert_same(content(second), content(every)[16:20])
    for chosen, rows in ((spread(every, 3), [0, 16, 31]), (spread(second, 9), [16, 17, 18, 19])):
        assert_same([patch.in_unit_range() for patch in chosen], [content(every)[row] for row in rows])


def test_keras_and_tensorflow_read_the_same(patch_file):
    pytest.importorskip("tensorflow")
    batches = SpectralBatches(SpectralPatchFile(patch_file), batch_size=4)
    for step, (inputs, truth) in zip(range(8), as_dataset(batches), strict=False):
        np.testing.assert_array_equal(truth, batches[step][1])
        np.testing.assert_array_equal(inputs["guide"], batches[step][0]["guide"])


def test_stopped_writing_goes_on(scenes, patch_file, tmp_path, monkeypatch):
    read = []

    def stop(count):
        raise KeyboardInterrupt

    def recorded(files):
        read.append(files)
        return read_spectral_scene(files)

    destination = tmp_path / "again.h5"
    with pytest.raises(KeyboardInterrupt):
        write_spectral_patches(scenes, destination, **SETTINGS, progress=stop)
    assert not destination.exists()
    monkeypatch.setattr("pipelines.spectral_patch_file.read_spectral_scene", recorded)
    counts = []
    write_spectral_patches(scenes, destination, **SETTINGS, progress=counts.append)
    assert (read, counts) == (scenes[1:], [2])
    assert_same(content(SpectralPatchFile(destination)), content(SpectralPatchFile(patch_file)))
    assert not (tmp_path / "again.h5.partial").exists()


@pytest.mark.parametrize("kind", ["damaged", "text", "settings", "amid"])
def test_what_cannot_go_on_begins_anew(kind, scenes, patch_file, tmp_path):
    partial = tmp_path / "again.h5.partial"
    if kind == "text":
        partial.write_text("no HDF5")
    elif kind == "settings":
        write_spectral_patches(scenes, partial, scale=2, size=8, stride=8)
    else:
        partial.write_bytes(patch_file.read_bytes())
        with h5py.File(partial, "r+") as file:
            if kind == "amid":
                file.attrs["groups"] = 5
                del file["000005/truth"], file["000006"], file["000007"]
            place = file["000002/truth"].id.get_chunk_info(0).byte_offset
        if kind == "damaged":
            with partial.open("rb+") as file:
                file.seek(place + 20)
                file.write(b"\0\1\2\3\4\5")
    write_spectral_patches(scenes, tmp_path / "again.h5", **SETTINGS)
    assert_same(content(SpectralPatchFile(tmp_path / "again.h5")), content(SpectralPatchFile(patch_file)))


def test_killed_writing_goes_on(tmp_path):
    for number in range(3):
        write_scene(tmp_path / f"scene{number}.mat", "uint16", size=48)
    destination, partial = tmp_path / "patches.h5", tmp_path / "patches.h5.partial"
    code = (
        "import sys; from pipelines.spectral_patch_file import write_spectral_patches as write\n"
        "from pipelines.spectral_sources import find_scene_files as find\n"
        "write(find([sys.argv[1]])[0], sys.argv[2], scale=2, size=8, stride=6)"
    )
    root = Path(__file__).parents[2]
    writer = subprocess.Popen([sys.executable, "-c", code, tmp_path, destination], cwd=root)
    while writer.poll() is None and not (partial.exists() and partial.stat().st_size > 30_000):
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert partial.exists()
    (scenes,) = find_scene_files([tmp_path])
    write_spectral_patches(scenes, destination, scale=2, size=8, stride=6)
    expected = ScenePatches([read_spectral_scene(files) for files in scenes], scale=2, size=8, stride=6)
    found = SpectralPatchFile(destination)
    assert_same(content(found), content(expected))


def test_other_files_are_refused(tmp_path, patch_file):
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["patches"] = np.zeros(3)
    (tmp_path / "short.h5").write_bytes(patch_file.read_bytes())
    with h5py.File(tmp_path / "short.h5", "r+") as file:
        del file["000003"]
    for name, found in (
        ("missing", "No such file"),
        ("text", "signature"),
        ("other", "format None"),
        ("short", "7 of 8"),
    ):
        with pytest.raises(
            InputError, match=rf"{name}\.h5: expected an HDF5 file of spectral patches, found .*{found}"
        ):
            SpectralPatchFile(tmp_path / f"{name}.h5")


def test_damaged_patches_are_named(patch_file):
    with h5py.File(patch_file) as file:
        place = file["000002/truth"].id.get_chunk_info(0).byte_offset
    with patch_file.open("rb+") as file:
        file.seek(place + 20)
        file.write(b"\0\1\2\3\4\5")
    with pytest.raises(InputError, match=r"patches\.h5: .*found a damaged patch"):
        content(SpectralPatchFile(patch_file))


def test_scenes_that_do_not_fit_are_named(scenes, tmp_path):
    write_scene(tmp_path / "four.mat", "uint8", bands=4)
    scenes += find_scene_files([tmp_path / "four.mat"])[0]
    with pytest.raises(InputError, match=r"four\.mat: expected low_resolution of 3 channels.*found 4"):
        write_spectral_patches(scenes, tmp_path / "patches.h5", **SETTINGS)
    with pytest.raises(UsageError, match="size: expected a multiple of the scale 3, found 8"):
        write_spectral_patches(scenes, tmp_path / "patches.h5", scale=3, size=8)
