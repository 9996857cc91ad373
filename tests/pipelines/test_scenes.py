import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from cscfuse_keras.errors import InputError
from pipelines.scenes import Scene, find_scenes, largest_shift, read_exposure


@pytest.fixture
def write_scene(random_images):
    """Write a scene of exposures by a list of gains, and give its folder."""

    def write(folder, gains, names=None, times=None, shifts=None):
        folder.mkdir(parents=True)
        image = cv2.GaussianBlur(random_images(96, 128, 3), (0, 0), 2)
        image = (image - image.min()) / np.ptp(image)
        for k, gain in enumerate(gains):
            moved = np.roll(image, (shifts or [0] * len(gains))[k], axis=1)
            picture = Image.fromarray(np.rint(255 * np.clip(gain * moved, 0, 1)).astype("uint8"))
            exif = Image.Exif()
            if times:
                exif.get_ifd(0x8769)[0x829A] = IFDRational(*times[k])
            picture.save(folder / (names[k] if names else f"{k}.jpg"), exif=exif, quality=95)
        return folder

    return write


def names_of(scene):
    return [path.name for path in scene.exposures]


def test_scenes_are_folders_of_pictures(tmp_path, write_scene):
    write_scene(tmp_path / "b", [0.5, 1], ["10.jpg", "9.jpg"])
    write_scene(tmp_path / "a", [0.5, 1])
    write_scene(tmp_path / "alone", [1])
    (tmp_path / "notes.txt").write_text("no scene")
    scenes = find_scenes([tmp_path])
    assert [(scene.name, names_of(scene)) for scene in scenes] == [
        ("a", ["0.jpg", "1.jpg"]),
        ("b", ["9.jpg", "10.jpg"]),
    ]
    assert find_scenes([tmp_path / "b"]) == scenes[1:]


def test_exposures_are_ordered_by_what_is_asked(tmp_path, write_scene):
    names, gains, times = ["a.jpg", "b.jpg", "c.jpg"], [0.8, 0.3, 0.5], [(1, 8), (1, 30), (1, 2)]
    folder = write_scene(tmp_path / "scene", gains, names, times)
    found = {order: names_of(find_scenes([folder], order)[0]) for order in ("name", "brightness", "exposure_time")}
    assert found == {
        "name": ["a.jpg", "b.jpg", "c.jpg"],
        "brightness": ["b.jpg", "c.jpg", "a.jpg"],
        "exposure_time": ["b.jpg", "a.jpg", "c.jpg"],
    }


def test_missing_exposure_time_is_named(tmp_path, write_scene):
    folder = write_scene(tmp_path / "scene", [0.5, 1])
    with pytest.raises(InputError, match=r"0\.jpg: expected an EXIF exposure time.*brightness"):
        find_scenes([folder], "exposure_time")


def test_folders_without_scenes_are_named(tmp_path):
    with pytest.raises(InputError, match="missing: expected a folder"):
        find_scenes([tmp_path / "missing"])
    with pytest.raises(InputError, match="two or more exposures, one a scene, found none"):
        find_scenes([tmp_path])


def test_grey_exposures_get_three_channels(tmp_path):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((4, 5), 51, "uint8"))
    exposure = read_exposure(tmp_path / "grey.png")
    assert exposure.shape == (4, 5, 3)
    np.testing.assert_allclose(exposure, 0.2, atol=1e-6)


@pytest.mark.parametrize("shifts", [[0, 0, 0], [0, 3, 0], [0, -2, 5]])
def test_shift_is_measured_against_the_exposure_in_the_middle(shifts, tmp_path, write_scene):
    folder = write_scene(tmp_path / "scene", [0.4, 0.7, 1.0], shifts=shifts)
    scene = Scene("scene", tuple(sorted(folder.iterdir())))
    assert largest_shift(scene) == max(abs(shift - shifts[1]) for shift in shifts)


def test_pictures_of_different_views_are_infinitely_far_apart(tmp_path, random_images):
    for k in range(2):
        noise = cv2.GaussianBlur(random_images(96, 128, 3, seed=k), (0, 0), 2)
        cv2.imwrite(str(tmp_path / f"{k}.png"), np.rint(255 * noise).astype("uint8"))
    assert largest_shift(Scene("scene", tuple(sorted(tmp_path.iterdir())))) == np.inf
