from pathlib import Path

import numpy as np
import pytest
import scipy.io
import tifffile

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import write_picture
from pipelines.spectral_sources import SceneFiles, SpectralScene, find_scene_files, read_spectral_scene, split_rows
from pipelines.wald import SENSORS


@pytest.fixture
def images():
    """Bands (6, 8, 3) of 11 bits and a guide of twice their size."""
    generator = np.random.default_rng(0)
    return generator.integers(0, 2048, (6, 8, 3)).astype("uint16"), generator.integers(0, 256, (12, 16)).astype("uint8")


def write_cave(folder, bands, prefix=""):
    for k in range(bands.shape[2]):
        write_picture(folder / f"{prefix}ms_{k + 1:02}.png", bands[..., k])
    rgb = bands[..., :3].astype("uint8")
    write_picture(folder / f"{prefix}RGB.bmp", rgb)
    return rgb


def test_scenes_of_all_forms_are_found(tmp_path, images):
    write_cave(tmp_path / "b" / "balloons_ms" / "balloons_ms", images[0], "balloons_")
    write_cave(tmp_path / "a", images[0])
    for name in ("bands.npy", "guide.npy"):
        (tmp_path / "b" / "arrays").mkdir(exist_ok=True)
        np.save(tmp_path / "b" / "arrays" / name, images[0])
    for name in ("one.mat", ".hidden.mat", "notes.txt"):
        (tmp_path / "b" / name).touch()
    found = find_scene_files([tmp_path / "b", tmp_path / "a", tmp_path / "b" / "one.mat"])
    names = [[files.path.relative_to(tmp_path).as_posix() for files in group] for group in found]
    assert names == [["b/arrays", "b/balloons_ms/balloons_ms", "b/one.mat"], ["a"], ["b/one.mat"]]


@pytest.mark.parametrize("source", ["missing", "notes.txt", "empty"])
def test_sources_without_scenes_are_named(source, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match=rf"{source}: expected folders of band pictures .* found none"):
        find_scene_files([tmp_path / source])


def test_settings_are_for_all_sources_or_each(tmp_path):
    sources = [tmp_path / "a.mat", tmp_path / "b.mat"]
    for source in sources:
        source.touch()
    found = find_scene_files(sources, ["IKONOS", "geoeye-1"], "ms", "pan", [2047, 255], [1023])
    assert found == [
        [SceneFiles(sources[0], "ms", "pan", 2047, 1023, SENSORS["ikonos"])],
        [SceneFiles(sources[1], "ms", "pan", 255, 1023, SENSORS["geoeye-1"])],
    ]
    assert find_scene_files(sources[:1]) == [[SceneFiles(sources[0])]]
    with pytest.raises(UsageError, match="bands_full_scale: expected one value for all 2 sources or one each, found 3"):
        find_scene_files(sources, bands_full_scale=[1, 2, 3])
    with pytest.raises(UsageError, match="found 'spot'"):
        find_scene_files(sources, ["spot"])


@pytest.mark.parametrize(("dtype", "full_scale"), [("uint8", 255), ("uint16", 65535)])
@pytest.mark.parametrize("prefix", ["", "watercolors_"])
def test_cave_scenes(dtype, full_scale, prefix, tmp_path, images):
    bands = (images[0] % 256).astype(dtype)
    rgb = write_cave(tmp_path, bands, prefix)
    scene = read_spectral_scene(SceneFiles(tmp_path))
    np.testing.assert_array_equal(scene.bands, bands)
    np.testing.assert_array_equal(scene.guide, rgb)
    assert (scene.name, scene.bands.dtype) == (str(tmp_path), dtype)
    assert (scene.bands_full_scale, scene.guide_full_scale) == (full_scale, 255)


def test_matlab_scenes(tmp_path, images):
    scipy.io.savemat(tmp_path / "scene.mat", {"ms": images[0], "pan": images[1], "ratio": 2})
    scene = read_spectral_scene(SceneFiles(tmp_path / "scene.mat", "ms", "pan", 2047, sensor=SENSORS["ikonos"]))
    np.testing.assert_array_equal(scene.bands, images[0])
    np.testing.assert_array_equal(scene.guide, images[1][..., np.newaxis])
    assert (scene.bands_full_scale, scene.guide_full_scale, scene.sensor) == (2047, 255, SENSORS["ikonos"])
    with pytest.raises(InputError, match=r"scene\.mat:I_MS: expected an array named 'I_MS', found ms 6 x 8 x 3, pan"):
        read_spectral_scene(SceneFiles(tmp_path / "scene.mat"))


def test_folders_of_a_file_each(tmp_path, images):
    tifffile.imwrite(tmp_path / "bands.tif", np.moveaxis(images[0], -1, 0), photometric="minisblack")
    write_picture(tmp_path / "guide.png", images[1])
    scene = read_spectral_scene(SceneFiles(tmp_path))
    np.testing.assert_array_equal(scene.bands, images[0])
    np.testing.assert_array_equal(scene.guide[..., 0], images[1])
    (tmp_path / "guide.png").unlink()
    with pytest.raises(InputError, match=r"expected one file guide\.\*, found 0"):
        read_spectral_scene(SceneFiles(tmp_path))


def test_scale_of_floats_must_be_stated(tmp_path, images):
    np.save(tmp_path / "bands.npy", images[0] / 2047)
    np.save(tmp_path / "guide.npy", images[1])
    with pytest.raises(InputError, match=r"bands\.npy: expected a stated full scale .* set bands_full_scale"):
        read_spectral_scene(SceneFiles(tmp_path))
    assert read_spectral_scene(SceneFiles(tmp_path, bands_full_scale=1.0)).bands_full_scale == 1


def test_rows_are_split_between_low_resolution_pixels():
    rows = np.arange(30)
    scene = SpectralScene(
        "scene", np.tile(rows[:, None, None], (1, 5, 2)), np.tile(np.arange(60)[:, None, None], (1, 10, 1)), 1, 1
    )
    upper, lower = split_rows(scene, 0.3, 4)
    np.testing.assert_array_equal(upper.bands[:, 0, 0], rows[:20])
    np.testing.assert_array_equal(lower.bands[:, 0, 0], rows[20:])
    np.testing.assert_array_equal(upper.guide[:, 0, 0], np.arange(40))
    np.testing.assert_array_equal(lower.guide[:, 0, 0], np.arange(40, 60))
    for share in (0.0, 0.01, 1.0):
        with pytest.raises(InputError, match="scene: expected rows to train and to validate with"):
            split_rows(scene, share, 4)


def test_real_paths_with_colons_are_paths(tmp_path, images):
    folder = Path(tmp_path, "a:b")
    write_cave(folder, images[0])
    assert read_spectral_scene(SceneFiles(folder)).bands.shape == (6, 8, 3)
