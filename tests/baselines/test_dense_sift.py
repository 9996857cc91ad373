import cv2
import numpy as np
import pytest

from cscfuse_keras.baselines.dense_sift import DenseSiftFuser, descriptor_norm
from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.mef_ssim import mef_ssim
from cscfuse_keras.samples import exposure_bracket


@pytest.fixture(scope="module")
def bracket():
    return exposure_bracket(3, 64, 80)


def test_the_norm_is_that_of_a_descriptor_written_out(random_images):
    grey = random_images(32, 32)
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, 1:-1], down[1:-1] = (grey[:, 2:] - grey[:, :-2]) / 2, (grey[2:] - grey[:-2]) / 2
    magnitude, bins = np.hypot(across, down), np.arctan2(down, across) / (2 * np.pi) * 8 % 8
    descriptor, (row, column) = np.zeros((4, 4, 8)), (14, 17)
    for y, x in np.ndindex(grey.shape):
        share = magnitude[y, x]
        for cell in np.ndindex(4, 4):
            nearness = [
                max(0, 1 - abs(place - 4 * (k - 1.5)) / 4) for place, k in zip((y - row, x - column), cell, strict=True)
            ]
            low = int(bins[y, x])
            for each, part in ((low, low + 1 - bins[y, x]), (low + 1, bins[y, x] - low)):
                descriptor[(*cell, each % 8)] += share * np.prod(nearness) * part
    assert descriptor_norm(grey)[row, column] == pytest.approx(descriptor.sum(), rel=1e-5)


def test_each_place_comes_from_where_it_is_well_exposed(random_images):
    scene = 0.5 + 0.6 * (cv2.GaussianBlur(random_images(48, 800, 3), (0, 0), 1.5) - 0.5)
    dark, bright = scene.copy(), scene.copy()
    dark[:, 400:], bright[:, :400] = 0.02 * scene[:, 400:], 1.0
    fused = DenseSiftFuser().fuse([dark, bright])
    # Around the seam they mix, as far as the weights are smoothed.
    away = np.r_[:50, 750:800]
    np.testing.assert_allclose(fused[:, away], scene[:, away], atol=0.01)


def test_equal_exposures_come_back_and_flat_ones_are_averaged(bracket):
    np.testing.assert_allclose(DenseSiftFuser().fuse([bracket[1]] * 3), bracket[1], atol=1e-5)
    flat = [np.full((16, 20), level, "float32") for level in (0.0, 0.4, 0.8)]
    np.testing.assert_allclose(DenseSiftFuser().fuse(flat), 0.4, atol=1e-6)


def test_it_keeps_more_than_the_mean(bracket):
    levels = [np.rint(255 * exposure.mean(axis=2)) for exposure in bracket]
    fused = np.rint(255 * DenseSiftFuser().fuse(bracket).mean(axis=2))
    assert mef_ssim(fused, levels) > mef_ssim(np.rint(np.mean(levels, axis=0)), levels) + 0.01


def test_order_depth_and_scale_do_not_matter(bracket):
    stored = np.rint(255 * bracket).astype("uint8")
    expected = DenseSiftFuser().fuse(stored, 255)
    assert expected.dtype == np.float32
    np.testing.assert_allclose(DenseSiftFuser().fuse(stored[::-1], 255), expected, atol=1e-5)
    np.testing.assert_allclose(DenseSiftFuser().fuse(stored.astype("uint16") * 257, 65535), expected, atol=1e-5)


def test_grey_stays_grey_unless_one_exposure_has_colour(bracket):
    grey = list(bracket[..., 1])
    assert DenseSiftFuser().fuse(grey).shape == (64, 80)
    mixed = DenseSiftFuser().fuse([grey[0], *bracket[1:]])
    colour = DenseSiftFuser().fuse([np.stack([grey[0]] * 3, axis=-1), *bracket[1:]])
    np.testing.assert_allclose(mixed, colour, atol=1e-5)


def test_what_is_no_stack_of_exposures(bracket):
    with pytest.raises(InputError, match="at least two exposures"):
        DenseSiftFuser().fuse(bracket[:1])
    with pytest.raises(InputError, match=r"one size, .* in exposures\[1\]"):
        DenseSiftFuser().fuse([bracket[0], bracket[1][1:]])
