"""Shares of workers make up the batches of one, whatever they are read from."""

import itertools

import numpy as np
import pytest

from pipelines.patches import PatchSequence, write_patches
from pipelines.shares import WHOLE, Share
from pipelines.spectral_patches import ScenePatches, SpectralBatches, as_dataset
from pipelines.spectral_sources import SpectralScene

SHARES = [Share(index, 3) for index in range(3)]


def joined(shares_of_batch):
    return np.concatenate([np.asarray(part) for part in shares_of_batch])


def test_shares_are_equal_and_make_up_the_batch():
    assert [list(range(12)[share.of(12)]) for share in SHARES] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert list(range(5)[WHOLE.of(5)]) == [0, 1, 2, 3, 4]


def test_a_worker_cuts_its_share_of_endless_batches_alone():
    pytest.importorskip("tensorflow")
    from pipelines.epochs import endless_batches

    cuts = []

    def cut(seed):
        cuts.append(seed)
        return np.array(seed[1:], "float32")

    def three_epochs(share):
        return list(itertools.islice(endless_batches(cut, 14, (2,), 6, seed=4, share=share), 6))

    whole = three_epochs(WHOLE)
    for batch, *parts in zip(whole, *map(three_epochs, SHARES), strict=True):
        assert [part.shape for part in parts] == [(2, 2)] * 3
        np.testing.assert_array_equal(joined(parts), batch)
    cuts.clear()
    shown = next(iter(endless_batches(cut, 12, (2,), 12, seed=4, share=Share(1, 3)))).numpy()
    first_epoch = sorted(index for _, epoch, index in cuts if epoch == 0)
    assert first_epoch == sorted(shown[:, 1])


def test_shares_of_a_patch_file_are_arranged_as_in_the_whole_batch(tmp_path):
    file = tmp_path / "patches.h5"
    write_patches("ivf", list("abcdefg"), lambda row, copy: np.full((4, 4, 1), (10 * row + copy) / 255), file, 2)

    def arrange(images, generator):
        return {"images": images + generator.random((len(images), 1, 1, 1))}, images

    whole, *parts = (
        PatchSequence(file, range(7), arrange, 6, seed=1, first_epoch=3, share=share) for share in (WHOLE, *SHARES)
    )
    np.testing.assert_array_equal(joined(part[0][0]["images"] for part in parts), whole[0][0]["images"])
    np.testing.assert_array_equal(joined(part[0][1] for part in parts), whole[0][1])


@pytest.mark.parametrize("through_dataset", [False, True])
def test_shares_of_spectral_batches(through_dataset, random_images):
    if through_dataset:
        pytest.importorskip("tensorflow")
    bands, guide = ((255 * random_images(24, 24, count)).astype("uint8") for count in (3, 1))
    patches = ScenePatches([SpectralScene("scene", bands, guide, 255, 255)], 2, size=8, stride=8)

    def two_batches(share):
        batches = SpectralBatches(patches, 6, steps=5, seed=2, share=share)
        return list(itertools.islice(as_dataset(batches) if through_dataset else batches, 2))

    for whole, *parts in zip(two_batches(WHOLE), *map(two_batches, SHARES), strict=True):
        np.testing.assert_array_equal(joined(part[1] for part in parts), whole[1])
        np.testing.assert_array_equal(joined(part[0]["guide"] for part in parts), whole[0]["guide"])
