import h5py
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.patches import PatchSequence, describe_patches, read_patches, write_patches

pytestmark = pytest.mark.backend

COPIES = 3
NAMES = [f"picture {k}" for k in range(7)]


def cut(row, copy):
    """A random patch of that row and copy."""
    return np.random.default_rng((row, copy)).random((16, 16, 1)).astype("float32")


def images_alone(images, generator):
    return images


@pytest.fixture
def patch_file(tmp_path):
    path = tmp_path / "patches.h5"
    write_patches("ivf", NAMES, cut, path, COPIES)
    return path


def test_written_patches_are_read_in_order_of_rows(patch_file):
    everything = read_patches(patch_file, range(7))
    expected = np.stack([[np.rint(255 * cut(row, copy)) for copy in range(COPIES)] for row in range(7)])
    assert everything.dtype == np.uint8
    np.testing.assert_array_equal(everything, expected)
    np.testing.assert_array_equal(read_patches(patch_file, [5, 2]), everything[[2, 5]])


def test_description_names_the_rows_and_gives_the_shape(patch_file):
    assert describe_patches(patch_file, "ivf") == (NAMES, (16, 16, 1))


def test_progress_counts_rows(tmp_path):
    counts = []
    write_patches("ivf", NAMES, cut, tmp_path / "patches.h5", 1, counts.append)
    assert counts == list(range(1, 8))


def test_interrupted_writing_leaves_the_old_file(patch_file):
    def interrupt(count):
        raise KeyboardInterrupt

    before = patch_file.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_patches("mef", NAMES, cut, patch_file, 1, interrupt)
    assert patch_file.read_bytes() == before
    assert {path.name for path in patch_file.parent.iterdir()} == {"patches.h5"}


def test_other_files_are_refused(tmp_path, patch_file):
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["patches"] = np.zeros(3)
    for name, found in (("missing", ".*No such file"), ("text", ".*signature"), ("other", " format None")):
        with pytest.raises(InputError, match=rf"{name}\.h5: expected an HDF5 file of patches.*, found{found}.*cscfuse"):
            describe_patches(tmp_path / f"{name}.h5", "ivf")
    with pytest.raises(InputError, match="for task mef, found one for task ivf"):
        describe_patches(patch_file, "mef")


def batches_of(sequence):
    """The images of one epoch."""
    return np.stack([sequence[k] for k in range(len(sequence))])


def rows_shown(images, patches):
    """Rows of the patches that the images are, in the order of the images."""
    images = np.rint(images * 255).astype("uint8").reshape(-1, *images.shape[2:])
    return [next(k for k, patch in enumerate(patches) if np.array_equal(image, patch)) for image in images]


def test_every_row_comes_once_an_epoch_and_copies_take_turns(patch_file):
    rows = [1, 2, 3, 5, 6, 0]
    patches = read_patches(patch_file, rows)
    sequence = PatchSequence(patch_file, rows, images_alone, batch_size=2)
    assert len(sequence) == 3
    orders = []
    for epoch in range(2 * COPIES):
        images = batches_of(sequence)
        assert (images.shape, images.dtype) == ((3, 2, 16, 16, 1), np.float32)
        orders.append(rows_shown(images, patches[:, epoch % COPIES]))
        sequence.on_epoch_end()
    assert [sorted(order) for order in orders] == [list(range(6))] * (2 * COPIES)
    assert len(set(map(tuple, orders))) > 1


def test_arrangement_sees_the_batch_and_draws_the_same_in_every_run(patch_file):
    def arrange(images, generator):
        return images, np.full(len(images), generator.random())

    draws = [[PatchSequence(patch_file, range(7), arrange, 3, seed)[k][1][0] for k in (0, 1)] for seed in (4, 4, 5)]
    assert draws[0] == draws[1]
    assert len({draw for pair in draws for draw in pair}) == 4
    np.testing.assert_array_equal(
        PatchSequence(patch_file, range(7), arrange, 3)[1][0], PatchSequence(patch_file, range(7), images_alone, 3)[1]
    )


def test_incomplete_batch_is_dropped(patch_file):
    assert len(PatchSequence(patch_file, range(7), images_alone, batch_size=3)) == 2


def test_a_later_first_epoch_goes_on_as_if_never_interrupted(patch_file):
    unbroken = PatchSequence(patch_file, range(7), images_alone, batch_size=3, seed=4)
    for _ in range(2):
        unbroken.on_epoch_end()
    resumed = PatchSequence(patch_file, range(7), images_alone, batch_size=3, seed=4, first_epoch=2)
    np.testing.assert_array_equal(batches_of(resumed), batches_of(unbroken))


def test_order_depends_on_the_seed(patch_file):
    one, other = (batches_of(PatchSequence(patch_file, range(7), images_alone, 3, seed)) for seed in (1, 2))
    assert not np.array_equal(one, other)
