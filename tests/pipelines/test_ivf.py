import itertools

import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.ivf import random_crop_of, training_dataset, validation_arrays

tf = pytest.importorskip("tensorflow")


@pytest.fixture
def pictures(tmp_path, draw_pictures):
    return draw_pictures(tmp_path, [f"{k}.png" for k in range(7)])


def epochs_of(dataset, count, steps):
    """The images of the first epochs, (count, steps, batch, size, size, 1)."""
    batches = [images.numpy() for images, _ in dataset.take(count * steps)]
    return np.stack(batches).reshape(count, steps, *batches[0].shape)


def test_batches_are_images_and_the_same_as_targets(pictures):
    for images, targets in training_dataset(pictures, size=16, batch_size=3).take(2):
        assert images.shape == (3, 16, 16, 1)
        assert images.dtype == "float32"
        assert 0 <= images.numpy().min() < images.numpy().max() <= 1
        np.testing.assert_array_equal(images, targets)


def test_shape_is_known_before_a_batch_is_read(pictures):
    dataset = training_dataset(pictures, size=16, batch_size=3)
    assert [spec.shape for spec in tf.nest.flatten(dataset.element_spec)] == [(3, 16, 16, 1)] * 2


def test_epochs_depend_on_seed_and_number_alone(pictures):
    epochs = epochs_of(training_dataset(pictures, 16, 3, seed=1), 3, 2)
    again = epochs_of(training_dataset(pictures, 16, 3, seed=1), 3, 2)
    np.testing.assert_array_equal(epochs, again)
    for one, other in itertools.combinations(epochs, 2):
        assert not np.array_equal(one, other)
    assert not np.array_equal(epochs, epochs_of(training_dataset(pictures, 16, 3, seed=2), 3, 2))


def test_no_crop_comes_again_in_another_epoch(pictures):
    crops = epochs_of(training_dataset(pictures, 16, 7), 3, 1).reshape(3 * 7, -1)
    assert len(np.unique(crops, axis=0)) == 3 * 7


def test_a_later_first_epoch_goes_on_as_if_never_interrupted(pictures):
    epochs = epochs_of(training_dataset(pictures, 16, 3, seed=1), 4, 2)
    resumed = epochs_of(training_dataset(pictures, 16, 3, seed=1, first_epoch=2), 2, 2)
    np.testing.assert_array_equal(resumed, epochs[2:])


def test_every_picture_comes_once_an_epoch_in_a_new_order(tmp_path):
    # Flat pictures: any crop of one shows which it is.
    paths = [tmp_path / f"{k}.png" for k in range(6)]
    for k, path in enumerate(paths):
        cv2.imwrite(str(path), np.full((20, 30), 20 * k, "uint8"))
    epochs = epochs_of(training_dataset(paths, 8, 2), 3, 3)
    shown = np.rint(epochs[..., 0, 0, 0] * 255 / 20).astype(int).reshape(3, 6)
    assert [sorted(order) for order in shown.tolist()] == [list(range(6))] * 3
    assert len({tuple(order) for order in shown.tolist()}) > 1


def test_unreadable_picture_is_named(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(InputError, match=r"broken\.png"):
        random_crop_of(tmp_path / "broken.png", 8, (0,))


def test_validation_crops_never_change(pictures):
    crops = validation_arrays(pictures[:3], 16, seed=1)
    assert (crops.shape, crops.dtype) == ((6, 16, 16, 1), np.float32)
    np.testing.assert_array_equal(crops, validation_arrays(pictures[:3], 16, seed=1))
    assert len(np.unique(crops.reshape(6, -1), axis=0)) == 6
    assert not np.array_equal(crops, validation_arrays(pictures[:3], 16, seed=2))
