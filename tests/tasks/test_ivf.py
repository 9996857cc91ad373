"""Infrared-visible fusion of arrays with the shipped preset."""

import numpy as np
import pytest

import cscfuse_keras
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.samples import night_road
from cscfuse_keras.tasks.ivf import IVFFuser

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def scene():
    return night_road(height=64, width=80)


@pytest.fixture(scope="module", params=["ivf", "ivf-paper"])
def fuser(request):
    return IVFFuser(request.param)


def test_integers_come_back_as_integers(scene):
    pair = [np.rint(255 * image).astype("uint8") for image in scene]
    fused = cscfuse_keras.fuse("ivf", *pair, data_range=255)
    assert fused.dtype == np.uint8
    assert fused.shape == pair[1].shape
    unit = cscfuse_keras.fuse("ivf", *(image / 255 for image in pair), data_range=1.0)
    assert unit.dtype == np.float64
    np.testing.assert_array_equal(np.rint(255 * unit), fused)


def test_data_range_must_be_stated(scene):
    with pytest.raises(TypeError):
        cscfuse_keras.fuse("ivf", *scene)


def test_the_network_itself_gives_the_same_picture(fuser, scene):
    infrared, visible = scene[0], scene[1][..., 1]
    inputs = {"infrared": infrared[None, ..., None], "visible": visible[None, ..., None]}
    whole = np.asarray(fuser.preset.model.predict_on_batch(inputs))[0, ..., 0]
    # A saliency level that flips in rounding can move a pixel by 2e-4.
    np.testing.assert_allclose(fuser.fuse(infrared, visible), whole, rtol=0, atol=5e-4)


@pytest.mark.parametrize("shape", [(6, 6), (7, 31), (53, 6), (45, 47)])
def test_any_size_from_six_pixels(fuser, shape):
    generator = np.random.default_rng(0)
    fused = fuser.fuse(*(generator.random(shape, dtype="float32") for _ in range(2)))
    assert fused.shape == shape
    assert np.isfinite(fused).all()


@pytest.mark.parametrize("levels", [(0, 0), (1, 1), (0.5, 0.2)])
def test_flat_pictures_stay_finite(fuser, levels):
    fused = fuser.fuse(*(np.full((20, 24), level, "float32") for level in levels))
    assert np.isfinite(fused).all()
    assert np.ptp(fused) < 1e-3


def test_sizes_are_checked(fuser):
    with pytest.raises(InputError, match="24 x 20 and 24 x 21"):
        fuser.fuse(np.zeros((20, 24), "float32"), np.zeros((21, 24), "float32"))


@pytest.mark.parametrize("shape", [(1, 1), (1, 24), (5, 7)])
def test_pictures_smaller_than_the_border_are_enlarged_inside(fuser, scene, shape):
    infrared, visible = (image[: shape[0], : shape[1]] for image in scene)
    fused = fuser.fuse(infrared, visible)
    assert fused.shape == visible.shape
    assert np.isfinite(fused).all()


def test_coloured_infrared_is_used_with_a_warning(fuser, scene):
    palette = np.stack([scene[0], 1 - scene[0], scene[0]], axis=-1)
    with pytest.warns(UserWarning, match="infrared: expected grey"):
        fuser.fuse(palette, scene[1])


def test_unknown_names(scene):
    with pytest.raises(UsageError, match="ivf"):
        cscfuse_keras.fuse("infrared", *scene, data_range=1)
    with pytest.raises(UsageError, match="base_rule"):
        IVFFuser("ivf-paper", base_rul="average")
    with pytest.raises(UsageError, match="base_rule"):
        IVFFuser("ivf", base_rule="average")
    with pytest.raises(UsageError, match="saliency"):
        IVFFuser("ivf-paper", base_rule="mean")
