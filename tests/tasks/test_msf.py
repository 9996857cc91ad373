import numpy as np
import pytest

import cscfuse_keras
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.tasks.msf import MSFFuser, fuse


@pytest.fixture
def images():
    random = np.random.default_rng(0)
    return random.integers(0, 2048, (9, 12, 4), "uint16"), random.integers(0, 256, (18, 24, 1), "uint8")


def test_range_and_dtype_of_the_low_resolution_image(msf_model, images):
    low, guide = images
    fused = cscfuse_keras.fuse("msf", low, guide, data_range=2047, guide_range=255, preset=msf_model)
    assert fused.shape == (18, 24, 4)
    assert fused.dtype == np.uint16
    units = MSFFuser(msf_model).fuse(np.float32(low / 2047), np.float32(guide / 255))
    np.testing.assert_allclose(fused / 2047, units, atol=0.5001 / 2047)
    assert 0 <= units.min() < units.max() <= 1


def test_grey_guide_without_an_axis(msf_model, images):
    low, guide = images
    settings = {"data_range": 2047, "guide_range": 255, "preset": msf_model}
    np.testing.assert_array_equal(fuse(low, guide[..., 0], **settings), fuse(low, guide, **settings))


@pytest.mark.parametrize(
    ("low", "guide", "words"),
    [
        ((9, 12, 3), (18, 24, 1), ["low_resolution", "4 bands", "found 3", "choose a preset"]),
        ((9, 12, 4), (18, 24, 3), ["guide", "1 channels", "found 3"]),
        ((9, 12, 4), (36, 48, 1), ["2 times", "12 x 9", "48 x 36", "scale of 4"]),
        ((9, 12, 4), (18, 25, 1), ["2 times", "12 x 9", "25 x 18", "24 x 18"]),
        ((12,), (18, 24, 1), ["low_resolution", "(12,)"]),
        ((0, 12, 4), (0, 24, 1), ["low_resolution", "(0, 12, 4)"]),
    ],
)
def test_images_that_do_not_fit_are_refused(msf_model, low, guide, words):
    with pytest.raises(InputError) as caught:
        fuse(np.zeros(low), np.zeros(guide), data_range=1, guide_range=1, preset=msf_model)
    for word in words:
        assert word in str(caught.value)


def test_values_outside_their_range_are_refused(msf_model, images):
    low, guide = images
    with pytest.raises(InputError, match=r"guide: expected values in \[0, 100\] \(guide_range\)"):
        fuse(low, guide, data_range=2047, guide_range=100, preset=msf_model)
    with pytest.raises(InputError, match=r"low_resolution: .* found nan"):
        fuse(np.full((9, 12, 4), np.nan), guide, data_range=1, guide_range=255, preset=msf_model)


def test_tiles_have_a_side(msf_model):
    with pytest.raises(UsageError, match="tile"):
        MSFFuser(msf_model, tile=0)
