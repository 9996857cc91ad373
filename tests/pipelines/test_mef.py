import itertools

import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.mef import random_stack_of, training_dataset, validation_arrays, write_stacks
from pipelines.patches import describe_patches, read_patches
from pipelines.scenes import Scene


@pytest.fixture
def scenes(tmp_path):
    """Three scenes of 5, 4 and 2 exposures; the level of an exposure is its number, corners differ."""
    found = []
    for k, count in enumerate((5, 4, 2)):
        folder = tmp_path / f"scene{k}"
        folder.mkdir()
        for level in range(count):
            image = np.full((30, 40, 3), 100 * k + 20 * level, "uint8")
            image[:15, :20] += np.uint8(3)
            cv2.imwrite(str(folder / f"{level}.png"), image)
        found.append(Scene(folder.name, tuple(sorted(folder.iterdir()))))
    return found


def levels_of(stack, scene):
    """Number of each exposure of a stack."""
    return ((np.rint(255 * stack).min(axis=(1, 2, 3)) - 100 * scene) // 20).astype(int).tolist()


def test_stack_holds_different_exposures_in_order(scenes):
    seen = set()
    for seed in range(30):
        stack = random_stack_of(scenes[0], 3, 24, (seed,))
        assert (stack.shape, stack.dtype) == ((3, 24, 24, 3), np.float32)
        seen.add(tuple(levels_of(stack, 0)))
    assert seen == set(itertools.combinations(range(5), 3))


def test_short_scene_gives_some_exposures_twice(scenes):
    for seed in range(5):
        assert set(levels_of(random_stack_of(scenes[2], 4, 24, (seed,)), 2)) == {0, 1}


def test_exposures_of_a_stack_show_one_place_turned_alike(scenes):
    corners = set()
    for seed in range(40):
        stack = np.rint(255 * random_stack_of(scenes[1], 3, 24, (seed,))).astype(int)
        offsets = stack - stack.min(axis=(1, 2, 3), keepdims=True)
        np.testing.assert_array_equal(offsets, np.broadcast_to(offsets[:1], offsets.shape))
        corners.update(
            (row, column) for row, column in itertools.product((0, -1), repeat=2) if offsets[0, row, column, 0]
        )
    assert corners == {(0, 0), (0, -1), (-1, 0), (-1, -1)}


def test_scenes_that_do_not_fit_are_named(scenes, tmp_path):
    with pytest.raises(InputError, match=r"scene0: expected exposures of one size, at least 31 x 31.*found 40 x 30"):
        random_stack_of(scenes[0], 3, 31, (0,))
    cv2.imwrite(str(tmp_path / "other.png"), np.zeros((30, 39, 3), "uint8"))
    mixed = Scene("mixed", (*scenes[2].exposures, tmp_path / "other.png"))
    with pytest.raises(InputError, match=r"scene mixed: .*39 x 30"):
        random_stack_of(mixed, 3, 8, (0,))


def test_validation_stacks_never_change(scenes):
    stacks = validation_arrays(scenes, 3, 16)
    assert stacks.shape == (3, 3, 16, 16, 3)
    np.testing.assert_array_equal(stacks, validation_arrays(scenes, 3, 16))
    assert not np.array_equal(stacks, validation_arrays(scenes, 3, 16, seed=1))


def test_dataset_gives_every_scene_once_an_epoch_and_resumes(scenes):
    pytest.importorskip("tensorflow")
    batches = [batch.numpy() for batch in training_dataset(scenes, 3, 16, 3, seed=1).take(3)]
    assert batches[0].shape == (3, 3, 16, 16, 3)
    for batch in batches:
        assert sorted(np.rint(255 * batch).min(axis=(1, 2, 3, 4)) // 100) == [0, 1, 2]
    resumed = next(iter(training_dataset(scenes, 3, 16, 3, seed=1, first_epoch=2)))
    np.testing.assert_array_equal(resumed, batches[2])
    assert not np.array_equal(batches[0], batches[1])


def test_stacks_are_stored_by_scene(scenes, tmp_path):
    write_stacks(scenes, tmp_path / "stacks.h5", count=3, size=16, copies=2, seed=4)
    assert describe_patches(tmp_path / "stacks.h5", "mef") == (["scene0", "scene1", "scene2"], (3, 16, 16, 3))
    expected = np.rint(255 * random_stack_of(scenes[1], 3, 16, (4, 1, 1)))
    np.testing.assert_array_equal(read_patches(tmp_path / "stacks.h5", [1])[0, 1], expected)
