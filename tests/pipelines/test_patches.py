import h5py
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.patches import PatchSequence, patch_stems, read_patches, write_patches

pytestmark = pytest.mark.backend

COPIES = 3


@pytest.fixture
def pictures(tmp_path, draw_pictures):
    return draw_pictures(tmp_path / "pictures", [f"{k}.png" for k in range(7)])


@pytest.fixture
def patch_file(tmp_path, pictures):
    path = tmp_path / "patches.h5"
    write_patches(pictures, path, size=16, copies=COPIES, seed=1)
    return path


def test_written_patches_are_read_in_order_of_rows(patch_file):
    everything = read_patches(patch_file, range(7))
    assert (everything.shape, everything.dtype) == ((7, COPIES, 16, 16, 1), np.uint8)
    np.testing.assert_array_equal(read_patches(patch_file, [5, 2]), everything[[2, 5]])
    assert len(np.unique(everything.reshape(7 * COPIES, -1), axis=0)) == 7 * COPIES


def test_stems_name_the_rows(patch_file, pictures):
    assert patch_stems(patch_file) == [path.stem for path in pictures]


def test_patches_depend_on_the_seed_alone(tmp_path, patch_file, pictures):
    files = {seed: tmp_path / f"{seed}.h5" for seed in (1, 2)}
    for seed, path in files.items():
        write_patches(pictures, path, size=16, copies=COPIES, seed=seed)
    expected = read_patches(patch_file, range(7))
    np.testing.assert_array_equal(read_patches(files[1], range(7)), expected)
    assert not np.array_equal(read_patches(files[2], range(7)), expected)


def test_progress_counts_pictures(tmp_path, pictures):
    counts = []
    write_patches(pictures, tmp_path / "patches.h5", size=8, copies=1, progress=counts.append)
    assert counts == list(range(1, 8))


def test_interrupted_writing_leaves_the_old_file(patch_file, pictures):
    def interrupt(count):
        raise KeyboardInterrupt

    before = patch_file.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_patches(pictures, patch_file, size=8, copies=1, progress=interrupt)
    assert patch_file.read_bytes() == before
    assert {path.name for path in patch_file.parent.iterdir()} == {"patches.h5", "pictures"}


def test_other_files_are_refused(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["patches"] = np.zeros(3)
    for name, found in (("missing", ".*No such file"), ("text", ".*signature"), ("other", " format None")):
        with pytest.raises(InputError, match=rf"{name}\.h5: expected an HDF5 file of patches, found{found}.*cscfuse"):
            patch_stems(tmp_path / f"{name}.h5")


def batches_of(sequence):
    """The images of one epoch."""
    return np.stack([sequence[k][0] for k in range(len(sequence))])


def rows_shown(images, patches):
    """Rows of the patches that the images are, in the order of the images."""
    images = np.rint(images * 255).astype("uint8").reshape(-1, *images.shape[2:])
    return [next(k for k, patch in enumerate(patches) if np.array_equal(image, patch)) for image in images]


def test_every_row_comes_once_an_epoch_and_copies_take_turns(patch_file):
    rows = [1, 2, 3, 5, 6, 0]
    patches = read_patches(patch_file, rows)
    sequence = PatchSequence(patch_file, rows, batch_size=2)
    assert len(sequence) == 3
    orders = []
    for epoch in range(2 * COPIES):
        images = batches_of(sequence)
        assert (images.shape, images.dtype) == ((3, 2, 16, 16, 1), np.float32)
        orders.append(rows_shown(images, patches[:, epoch % COPIES]))
        sequence.on_epoch_end()
    assert [sorted(order) for order in orders] == [list(range(6))] * (2 * COPIES)
    assert len(set(map(tuple, orders))) > 1


def test_targets_are_the_images(patch_file):
    images, targets = PatchSequence(patch_file, range(7), batch_size=3)[1]
    np.testing.assert_array_equal(images, targets)


def test_incomplete_batch_is_dropped(patch_file):
    assert len(PatchSequence(patch_file, range(7), batch_size=3)) == 2


def test_a_later_first_epoch_goes_on_as_if_never_interrupted(patch_file):
    unbroken = PatchSequence(patch_file, range(7), batch_size=3, seed=4)
    for _ in range(2):
        unbroken.on_epoch_end()
    resumed = PatchSequence(patch_file, range(7), batch_size=3, seed=4, first_epoch=2)
    np.testing.assert_array_equal(batches_of(resumed), batches_of(unbroken))


def test_order_depends_on_the_seed(patch_file):
    one, other = (batches_of(PatchSequence(patch_file, range(7), 3, seed)) for seed in (1, 2))
    assert not np.array_equal(one, other)
