import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from pipelines.spectral_shifts import SYMMETRIES, RandomPatches, shifted_pairs
from pipelines.wald import Wald

WALD = Wald(3)


@pytest.fixture
def image(random_images):
    return ndimage.gaussian_filter(random_images(44, 50, 2), (4, 4, 0))


def pairs_of(image, valid=None, wald=WALD):
    valid = np.ones(image.shape[:2], bool) if valid is None else valid
    # The guide is the truth: then patches of both are alike where they are cut and turned alike.
    return shifted_pairs(image, image, valid, wald)


def test_one_pair_for_every_offset(image):
    pairs = pairs_of(image)
    assert len(pairs) == 9
    np.testing.assert_array_equal(pairs[5].truth, image[1:43, 2:50])
    np.testing.assert_array_equal(pairs[5].low_resolution, WALD.degrade_bands(image[1:43, 2:50]))
    assert {pair.truth.shape for pair in pairs} == {(42, 48, 2)}
    assert all(pair.valid.all() for pair in pairs)


@pytest.mark.parametrize("method", ["mtf", "nearest"])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_pixels_without_a_value_have_no_influence(scale, method, random_images):
    image, wald = random_images(80, 90, 2), Wald(scale, method)
    valid = np.ones((80, 90), bool)
    valid[37:40, 20] = False
    changed = np.where(valid[..., np.newaxis], image, 100)
    for pair, other in zip(pairs_of(image, valid, wald), pairs_of(changed, valid, wald), strict=True):
        assert 0 < np.count_nonzero(~pair.valid) < pair.valid.size / 2
        # A Gaussian's tail beyond four deviations is no influence.
        difference = np.abs(pair.low_resolution - other.low_resolution)[pair.valid]
        assert difference.max() < 0.02


def test_symmetries_are_eight(image):
    pair = pairs_of(image[:27, :27])[0]
    turned = [pair.turned(k).truth.tobytes() for k in range(SYMMETRIES)]
    assert len(set(turned)) == 8


def test_patches_are_aligned(image):
    patches = RandomPatches(pairs_of(image), 6)
    inputs, truth = patches.draw(40, np.random.default_rng(0))
    assert inputs["low_resolution"].shape == (40, 6, 6, 2)
    np.testing.assert_array_equal(inputs["guide"], truth)
    means = truth.reshape(40, 6, 3, 6, 3, 2).mean(axis=(2, 4))
    # The image is smooth, so that degraded pixels are about their squares' means.
    assert np.abs(inputs["low_resolution"] - means).max() < 0.1 * np.abs(truth - truth.mean()).max()
    again = patches.draw(40, np.random.default_rng(0))[1]
    np.testing.assert_array_equal(truth, again)


def test_patches_are_all_valid_or_smaller(image):
    pair = pairs_of(image)[0]
    marked = dataclasses.replace(pair, low_resolution=np.repeat(pair.valid[..., np.newaxis], 2, axis=2) * 1.0)
    marked.valid[:, 7] = False
    marked.low_resolution[:, 7] = np.nan
    patches = RandomPatches([marked], 7)
    assert patches.size == 7
    assert np.isfinite(patches.draw(50, np.random.default_rng(0))[0]["low_resolution"]).all()
    assert RandomPatches([marked], 12).size == 8
    marked.valid[:] = False
    assert RandomPatches([marked], 12).size == 0
