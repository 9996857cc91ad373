"""What the three tasks give to a benchmark, beside `cscfuse evaluate`."""

import cv2
import numpy as np
import pytest

from cscfuse_keras.baselines.gram_schmidt import GramSchmidtFuser
from cscfuse_keras.baselines.mertens import MertensFuser
from cscfuse_keras.benchmark.grey_errors import distance_to_nearest
from cscfuse_keras.benchmark.ivf import IVFBenchmark
from cscfuse_keras.benchmark.mef import MEFBenchmark
from cscfuse_keras.benchmark.methods import FolderMethod, find_methods
from cscfuse_keras.benchmark.msf import MSFBenchmark
from cscfuse_keras.errors import InputError
from cscfuse_keras.io import read_picture, to_depth, to_unit, write_picture
from cscfuse_keras.metrics import evaluate_ivf, evaluate_mef, evaluate_msf, metrics_for
from cscfuse_keras.samples import exposure_bracket, spectral_scene
from cscfuse_keras.tasks.colour import luma


def fused(task, item, name, path):
    task_name = type(task).__name__[:3].lower()
    (method,) = find_methods(task_name, name)
    result = task.fuser(method)(*task.read(item))
    path.parent.mkdir(exist_ok=True)
    task.write(str(path), result)
    return result


def test_grey_methods_fuse_luma_and_keep_the_chroma(pairs, tmp_path):
    task = IVFBenchmark.of(pairs)
    infrared, visible = task.read(task.items[0])
    assert visible.ndim == 3
    path = tmp_path / "fused" / "a.png"
    result = fused(task, task.items[0], "average", path)
    mean = (luma(visible) + (infrared if infrared.ndim == 2 else luma(infrared))) / 2
    np.testing.assert_allclose(luma(result), mean, atol=1e-5)
    # Blue less luma, and red less luma: of one sign with those of the visible picture, and no larger.
    chroma, before = (image - luma(image)[..., np.newaxis] for image in (result, visible))
    assert (chroma * before > -1e-6).all()
    assert (np.abs(chroma) < np.abs(before) + 1e-5).all()
    rows = metrics_for("ivf", "table1")
    sources = task.judged(task.items[0])
    stored = to_depth(luma(to_unit(read_picture(path).pixels, 255)), "uint8")
    assert task.score(sources, path, rows) == evaluate_ivf(stored, sources.infrared, sources.visible, rows)
    pictures = task.pictures(sources, {"average": path})
    assert list(pictures)[:3] == ["average", "infrared", "visible"]
    assert list(pictures)[3].startswith("error of average, 0 to ")


def test_full_scales_say_what_samples_mean(pairs, tmp_path):
    task = IVFBenchmark.of(pairs)
    path = tmp_path / "fused" / "a.png"
    fused(task, task.items[0], "average", path)
    sources, rows = task.judged(task.items[0]), metrics_for("ivf", "table1")
    for name, picture, factor in (
        ("infrared", sources.infrared_picture, 64),
        ("visible", sources.visible_picture, 16),
        ("fused", read_picture(path).pixels, 16),
    ):
        write_picture(tmp_path / "deep" / name / "a.png", picture.astype("uint16") * factor)
    deep = IVFBenchmark.of(tmp_path / "deep", 255 * 16, 255 * 64)
    found = deep.judged(deep.items[0])
    assert all(np.array_equal(*images) for images in zip(found, sources, strict=True))
    assert deep.score(found, tmp_path / "deep" / "fused" / "a.png", rows) == task.score(sources, path, rows)
    assert deep.settings != task.settings


@pytest.fixture
def scenes(tmp_path):
    exposures = exposure_bracket(height=64, width=80)
    for number, exposure in enumerate(exposures):
        write_picture(tmp_path / "scenes" / "room" / f"{number}.png", np.rint(255 * exposure).astype("uint8"))
    return tmp_path / "scenes"


def test_exposures_are_fused_as_stored(scenes, tmp_path):
    task = MEFBenchmark.of(scenes, tmp_path / "out")
    (scene,) = task.items
    path = tmp_path / "fused" / "room.png"
    fused(task, scene, "mertens", path)
    exposures = [read_picture(file).pixels for file in task.files(scene)]
    expected = to_depth(MertensFuser().fuse(exposures, 255), "uint8")
    assert np.array_equal(read_picture(path).pixels, expected)
    sources, rows = task.judged(scene), metrics_for("mef", None)
    assert task.score(sources, path, rows) == evaluate_mef(expected, exposures, rows)
    assert list(task.pictures(sources, {"Mertens": path}))[:4] == ["Mertens", "darkest", "middle", "brightest"]
    assert task.found(FolderMethod("theirs", path.parent), scene) == path


@pytest.fixture
def spectral(tmp_path):
    bands, _, guide = spectral_scene(bands=6, height=64, width=64)
    folder = tmp_path / "spectral" / "scene"
    folder.mkdir(parents=True)
    np.save(folder / "bands.npy", np.rint(65535 * np.clip(bands, 0, 1)).astype("uint16"))
    np.save(folder / "guide.npy", np.rint(65535 * np.clip(guide, 0, 1)).astype("uint16"))
    return tmp_path / "spectral"


def test_scenes_are_degraded_and_judged_by_the_truth(spectral, tmp_path):
    task = MSFBenchmark.of(spectral, scale=2)
    (scene,) = task.items
    path = tmp_path / "fused" / "scene.npy"
    fused(task, scene, "gsa", path)
    low, guide, truth = task.judged(scene)
    assert truth.shape[0] == 2 * low.shape[0]
    expected = evaluate_msf(GramSchmidtFuser(task.degradation).fuse(low, guide), truth, low)
    rows = [row for row in metrics_for("msf", None) if row.sees == "truth"]
    # Results are kept with 16 bits.
    assert task.score(task.judged(scene), path, rows) == pytest.approx(expected, rel=1e-3)
    pictures = task.pictures(task.judged(scene), {"GSA": path})
    assert list(pictures)[:4] == ["GSA", "truth", "low resolution", "guide"]
    assert all(picture.dtype == np.uint8 for picture in pictures.values())
    np.save(path, np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(InputError, match="expected the shape of the truth"):
        task.score(task.judged(scene), path, rows)


def test_settings_and_files_tell_one_degradation_from_another(spectral):
    first, second = MSFBenchmark.of(spectral, scale=2), MSFBenchmark.of(spectral, scale=2, method="nearest")
    assert first.settings != second.settings
    assert [file.name for file in first.files(first.items[0])] == ["bands.npy", "guide.npy"]


def test_two_pictures_of_one_stem_are_refused(pairs, tmp_path):
    task = IVFBenchmark.of(pairs)
    for suffix in ("png", "jpg"):
        cv2.imwrite(str(tmp_path / f"a.{suffix}"), np.zeros((64, 80), np.uint8))
    with pytest.raises(InputError, match=r"found a\.jpg and a\.png"):
        task.found(FolderMethod("theirs", tmp_path), task.items[0])


def test_the_error_map_is_the_distance_to_the_nearest_source():
    sources = [np.array([[0, 100, 200]], np.uint8), np.array([[50, 100, 255]], np.uint8)]
    found = 255 * distance_to_nearest(np.array([[20, 90, 250]], np.uint8), sources)
    np.testing.assert_allclose(found, [[20, 10, 5]], atol=1e-4)
