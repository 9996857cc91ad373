"""Multi-exposure fusion of arrays."""

import numpy as np
import pytest

import cscfuse_keras
from cscfuse_keras.errors import InputError, ModelError, UsageError
from cscfuse_keras.samples import exposure_bracket
from cscfuse_keras.tasks.colour import luma
from cscfuse_keras.tasks.mef import MEFFuser
from cscfuse_keras.tasks.stretch import percentile_limits, stretch

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def bracket():
    return exposure_bracket(3, 64, 80)


@pytest.fixture(scope="module")
def fuser(mef_model):
    return MEFFuser(mef_model, stretch=False)


def test_the_network_itself_gives_the_same_picture(fuser, bracket):
    whole = np.asarray(fuser.preset.model.predict_on_batch(bracket[np.newaxis]))[0]
    np.testing.assert_allclose(fuser.fuse(bracket), whole.clip(0, 1), rtol=0, atol=1e-5)


def test_order_does_not_matter(fuser, bracket):
    np.testing.assert_allclose(fuser.fuse(bracket[::-1]), fuser.fuse(bracket), rtol=0, atol=1e-5)


def test_integers_come_back_as_integers(mef_model, bracket):
    exposures = np.rint(255 * bracket).astype("uint8")
    fused = cscfuse_keras.fuse("mef", *exposures, data_range=255, preset=mef_model)
    assert fused.dtype == np.uint8
    assert fused.shape == exposures.shape[1:]
    unit = cscfuse_keras.fuse("mef", *(exposures / 255), data_range=1, preset=mef_model)
    assert unit.dtype == np.float64
    assert np.abs(np.rint(255 * unit) - fused).max() <= 1  # Division by 255 rounds before or after float32.


def test_stretch(fuser, mef_model, bracket):
    plain = fuser.fuse(bracket)
    stretched = MEFFuser(mef_model, stretch=True).fuse(bracket)
    np.testing.assert_allclose(stretched, stretch(plain, *percentile_limits(plain)), rtol=0, atol=1e-5)
    assert stretched.min() == 0
    assert stretched.max() == 1


def test_grey_stays_grey(fuser, bracket):
    grey = fuser.fuse(bracket[..., 1])
    assert grey.shape == bracket.shape[1:3]
    colour = fuser.fuse(np.repeat(bracket[..., 1:2], 3, axis=-1))
    np.testing.assert_allclose(grey, luma(colour), rtol=0, atol=1e-6)


def test_one_grey_among_colour_gives_colour(fuser, bracket):
    assert fuser.fuse([bracket[0], luma(bracket[1]), bracket[2]]).shape == bracket.shape[1:]


@pytest.mark.parametrize("shape", [(2, 2), (7, 31), (45, 47)])
def test_any_size_and_number(fuser, random_images, shape):
    for count in (2, 5):
        fused = fuser.fuse(random_images(count, *shape, 3))
        assert fused.shape == (*shape, 3)
        assert np.isfinite(fused).all()


@pytest.mark.parametrize("level", [0, 0.5, 1])
def test_flat_exposures_stay_finite(mef_model, level):
    exposures = np.full((2, 12, 10, 3), level, "float32")
    fused = MEFFuser(mef_model, stretch=True).fuse(exposures)
    np.testing.assert_allclose(fused, level, rtol=0, atol=1e-5)


def test_aligned_exposures_fuse_as_if_they_had_not_moved(mef_model):
    bracket = exposure_bracket(3, 120, 150)
    moved = [bracket[0][:-6, 4:], bracket[1][3:-3, 2:-2], bracket[2][6:, :-4]]
    fused = cscfuse_keras.fuse("mef", *moved, data_range=1, preset=mef_model, align=True)
    expected = cscfuse_keras.fuse("mef", *bracket[:, 6:-6, 4:-4], data_range=1, preset=mef_model)
    np.testing.assert_array_equal(fused, expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda images: images[:1], "at least two exposures, found 1"),
        (lambda images: [images[0], images[1][1:]], r"exposures\[0\] and 80 x 63 in exposures\[1\]"),
        (lambda images: [images[0], 2 * images[1]], r"exposures\[1\]: expected values in \[0, 1\]"),
        (lambda images: [images[0], images[1] * np.nan], r"exposures\[1\].*nan"),
        (lambda images: [images[0], images[1].astype("float64")], "float64"),
        (lambda images: [images[0], images[1][..., :2]], "height, width, 3"),
    ],
)
def test_what_cannot_be_fused(mef_model, bracket, change, words):
    with pytest.raises(InputError, match=words):
        cscfuse_keras.fuse("mef", *change(bracket), data_range=1, preset=mef_model)


def test_unknown_names(mef_model, bracket):
    with pytest.raises(UsageError, match="abacus"):
        MEFFuser(mef_model, runtime="abacus")
    with pytest.raises(ModelError, match="task mef"):
        MEFFuser("ivf-paper")
    with pytest.raises(TypeError, match="data_range"):
        cscfuse_keras.fuse("mef", *bracket)
