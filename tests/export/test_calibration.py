import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.export.calibration import LONGER_SIDE, SCENES, calibration_images
from cscfuse_keras.io import to_depth, write_picture
from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.tasks.mef import MEFFuser
from cscfuse_keras.tasks.msf import MSFFuser


@pytest.fixture(scope="module")
def mef(mef_model):
    return MEFFuser(mef_model, "keras")


@pytest.fixture(scope="module")
def msf(msf_model):
    return MSFFuser(msf_model, "keras")


def test_pairs(tmp_path, draw_pictures):
    names = [f"{k}.png" for k in range(SCENES + 4)]
    for folder in ("ir", "vis"):
        draw_pictures(tmp_path / folder, names, (400, 600))
    found = calibration_images(IVFFuser("ivf", "keras"), tmp_path, None, None)
    assert SCENES // 2 < len(found) <= SCENES
    assert found[0]["infrared"].shape == (1, 213, LONGER_SIDE, 1)
    assert found[0]["visible"].shape == (1, 213, LONGER_SIDE, 3)
    assert 0 <= found[0]["visible"].min() < 0.2
    assert 0.8 < found[0]["visible"].max() <= 1


def test_exposures(mef, tmp_path, draw_pictures):
    draw_pictures(tmp_path / "two", ["1.png", "2.png"])
    draw_pictures(tmp_path / "four", ["1.png", "2.png", "3.png", "4.png"])
    shapes = [images["exposures"].shape for images in calibration_images(mef, tmp_path, None, None)]
    assert shapes == [(1, 4, 40, 48, 3), (1, 2, 40, 48, 3)]
    (found,) = calibration_images(mef, tmp_path, (32, 64), 3)
    assert found["exposures"].shape == (1, 3, 32, 64, 3)
    with pytest.raises(InputError, match="5 exposures"):
        calibration_images(mef, tmp_path, None, 5)


def test_spectral_scenes_are_degraded_to_the_scale(msf, tmp_path, random_images):
    scene = tmp_path / "scene"
    scene.mkdir()
    np.save(scene / "bands.npy", to_depth(random_images(21, 30, 4), "uint16"))
    write_picture(scene / "guide.png", to_depth(random_images(21, 30), "uint8"))
    (found,) = calibration_images(msf, tmp_path, None, None)
    assert found["low_resolution"].shape == (1, 10, 15, 4)
    assert found["guide"].shape == (1, 20, 30, 1)
    assert found["guide"].max() > 0.9
    (found,) = calibration_images(msf, tmp_path, (8, 12), None)
    assert found["guide"].shape == (1, 8, 12, 1)
    with pytest.raises(InputError, match="--size"):
        calibration_images(msf, tmp_path, (64, 64), None)


def test_folders_without_images_are_refused(mef, msf, tmp_path):
    for fuser in (mef, msf):
        with pytest.raises(InputError, match=str(tmp_path)):
            calibration_images(fuser, tmp_path, None, None)
