import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.explain.scenes import Scene, read_bands, read_exposures, read_pair
from cscfuse_keras.io import write_picture
from cscfuse_keras.tasks.msf import MSFFuser


@pytest.fixture
def pictures(tmp_path):
    generator = np.random.default_rng(0)
    paths = [tmp_path / f"{k}.png" for k in range(3)]
    for path in paths:
        write_picture(path, generator.integers(0, 256, (60, 90), "uint8"))
    return paths


def test_small_pictures_stay_as_they_are(pictures):
    scene = read_pair(pictures[:2], 100, None)
    assert (scene.note, scene.factor) == ("", 1.0)
    assert scene.inputs["infrared"].shape == (1, 60, 90, 1)
    assert scene.place((7, 8, 9, 10), (60, 90)) == (7, 8, 9, 10)
    assert scene.named("visible") == "visible (1.png)"


def test_large_pictures_are_reduced_and_that_is_told(pictures):
    scene = read_pair(pictures[:2], 45, None)
    assert scene.inputs["visible"].shape == (1, 30, 45, 1)
    assert "90 x 60 pixels, are reduced to 45 x 30" in scene.note
    assert scene.place((20, 10, 30, 20), (30, 45)) == (10, 5, 15, 10)


def test_a_pixel_stays_a_pixel():
    scene = Scene({}, {}, "", factor=0.3)
    for x in range(90):
        left, top, width, height = scene.place((x, 59, 1, 1), (18, 27))
        assert (width, height) == (1, 1)
        assert 0 <= left < 27
        assert top == 17
        assert abs(left - 0.3 * x) <= 1


@pytest.mark.parametrize("box", [(-1, 0, 4, 4), (80, 0, 11, 4), (0, 57, 4, 4), (0, 0, 0, 4)])
def test_boxes_lie_in_the_picture(box, pictures):
    with pytest.raises(UsageError, match="expected a place within 90 x 60 pixels"):
        read_pair(pictures[:2], 100, box)


def test_exposures_of_a_folder(pictures, tmp_path):
    scene = read_exposures([tmp_path], 100, None)
    assert scene.inputs.shape == (1, 3, 60, 90, 3)
    assert scene.files == {f"exposure {k + 1}": f"{k}.png" for k in range(3)}


def test_pairs_of_other_numbers_and_sizes(pictures, tmp_path):
    with pytest.raises(UsageError, match="expected two pictures, INFRARED and VISIBLE, found 3"):
        read_pair(pictures, 100, None)
    write_picture(tmp_path / "small.png", np.zeros((60, 80), np.uint8))
    with pytest.raises(InputError, match="found 90 x 60 and 80 x 60"):
        read_pair([pictures[0], tmp_path / "small.png"], 100, None)


def test_of_bands_a_part_around_the_box(msf_model, tmp_path):
    generator = np.random.default_rng(0)
    low, guide = generator.integers(0, 2048, (30, 40, 4), "uint16"), generator.integers(0, 256, (60, 80), "uint8")
    np.save(tmp_path / "low.npy", low)
    write_picture(tmp_path / "guide.png", guide)
    sources, fuser = [tmp_path / "low.npy", tmp_path / "guide.png"], MSFFuser(msf_model, "keras")
    scene = read_bands(sources, 32, (50, 30, 10, 20), (2047, None), fuser)
    left, top = scene.origin
    assert scene.inputs["guide"].shape == (1, 32, 32, 1)
    np.testing.assert_allclose(
        scene.inputs["guide"][0, ..., 0], guide[top : top + 32, left : left + 32] / 255, atol=1e-6
    )
    np.testing.assert_allclose(
        scene.inputs["low_resolution"][0], low[top // 2 : top // 2 + 16, left // 2 : left // 2 + 16] / 2047, atol=1e-6
    )
    x, y, width, height = scene.place((50, 30, 10, 20), (32, 32))
    assert (left + x, top + y, width, height) == (50, 30, 10, 20)
    assert f"from column {left} and row {top} on" in scene.note
    assert read_bands(sources, 100, None, (2047, None), fuser).note == ""
    with pytest.raises(UsageError, match="expected at most 30 pixels"):
        read_bands(sources, 32, (0, 0, 32, 10), (2047, None), fuser)
