import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.pairs import (
    as_inputs,
    find_pairs,
    random_crop_of,
    training_dataset,
    validation_arrays,
    with_faults,
    write_pairs,
)
from pipelines.patches import describe_patches


@pytest.fixture(scope="module")
def folder(tmp_path_factory, draw_pictures):
    folder = tmp_path_factory.mktemp("pairs")
    for sensor in ("ir", "vis"):
        draw_pictures(folder / sensor, [f"{k}.png" for k in range(5)], size=(40, 56))
    return folder


@pytest.fixture(scope="module")
def pairs(folder):
    return find_pairs([folder])


def test_pairs_have_the_name_of_folder_and_stem(pairs, folder):
    assert [pair.name for pair in pairs] == [f"{folder.name}/{k}" for k in range(5)]
    assert pairs[3].visible == folder / "vis" / "3.png"


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(InputError, match="infrared and visible or ir and vis"):
        find_pairs([tmp_path])
    for sensor in ("infrared", "visible"):
        (tmp_path / sensor).mkdir()
    with pytest.raises(InputError, match="found none"):
        find_pairs([tmp_path])


def test_pictures_of_different_size_are_refused(tmp_path, draw_pictures):
    draw_pictures(tmp_path / "ir", ["a.png"], size=(40, 40))
    draw_pictures(tmp_path / "vis", ["a.png"], size=(40, 41))
    with pytest.raises(InputError, match="40 x 40 and 41 x 40"):
        random_crop_of(find_pairs([tmp_path])[0], 16, (0,))


def test_crop_belongs_to_its_seed(pairs):
    first, again, other = (random_crop_of(pairs[0], 24, seed) for seed in [(0, 1), (0, 1), (0, 2)])
    assert first.shape == (24, 24, 2)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.05


def test_both_pictures_are_cut_at_one_place(tmp_path, draw_pictures):
    (path,) = draw_pictures(tmp_path / "ir", ["a.png"])
    (tmp_path / "vis").mkdir()
    cv2.imwrite(str(tmp_path / "vis" / "a.png"), cv2.imread(str(path), 0))
    crops = validation_arrays(find_pairs([tmp_path]), 16, crops=4)
    np.testing.assert_array_equal(crops[..., 0], crops[..., 1])


def test_faults_stay_in_range_and_leave_some_alone(random_images):
    view = random_images(16, 16, 2)
    faulty = [with_faults(view, np.random.default_rng(k)) for k in range(60)]
    assert all(image.min() >= 0 and image.max() <= 1 for image in faulty)
    untouched = sum(np.array_equal(image, view) for image in faulty)
    assert 12 < untouched < 48
    inverted = [np.corrcoef(image[..., 0].ravel(), view[..., 0].ravel())[0, 1] < 0 for image in faulty]
    assert any(inverted)


def test_dataset_gives_the_models_inputs(pairs):
    batch = next(iter(training_dataset(pairs, 24, batch_size=2)))
    assert {name: tuple(images.shape) for name, images in batch.items()} == {
        "infrared": (2, 24, 24, 1),
        "visible": (2, 24, 24, 1),
    }


def test_inputs_are_the_channels(random_images):
    images = random_images(3, 8, 8, 2)
    np.testing.assert_array_equal(as_inputs(images)["visible"][..., 0], images[..., 1])


def test_patch_file(pairs, tmp_path):
    write_pairs(pairs, tmp_path / "pairs.h5", size=24, copies=2)
    names, shape = describe_patches(tmp_path / "pairs.h5", "ivf_pyramid")
    assert names == [pair.name for pair in pairs]
    assert shape == (24, 24, 2)
