import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.spectral_patches import (
    ScenePatches,
    SpectralBatches,
    as_dataset,
    degraded,
    patch_corners,
    validation_arrays,
)
from pipelines.spectral_sources import SpectralScene
from pipelines.wald import SENSORS, Sensor, Wald

pytestmark = pytest.mark.backend


@pytest.fixture
def scene(random_images):
    """Bands and a guide of one size, in which no two places are alike."""
    bands = (250 * random_images(26, 30, 4)).astype("uint8")
    return SpectralScene("scene", bands, (1000 * random_images(26, 30, 3, seed=1)).astype("uint16"), 255, 1023)


def with_guide_of(scene, ratio):
    return SpectralScene(
        scene.name, scene.bands, np.kron(scene.guide[..., :1], np.ones((ratio, ratio, 1), "uint16")), 255, 1023
    )


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bands_are_the_truth_where_the_guide_has_their_size(scale, scene):
    triple = degraded(scene, scale)
    height, width = 26 // scale * scale, 30 // scale * scale
    np.testing.assert_array_equal(triple.truth, scene.bands[:height, :width])
    np.testing.assert_array_equal(triple.guide, scene.guide[:height, :width])
    np.testing.assert_array_equal(triple.low_resolution, Wald(scale).degrade_bands(triple.truth))


def test_both_are_degraded_where_the_guide_is_larger(scene):
    larger = with_guide_of(scene, 2)
    triple = degraded(larger, 2)
    np.testing.assert_array_equal(triple.truth, scene.bands)
    np.testing.assert_array_equal(triple.guide, Wald(2).degrade_guide(larger.guide))
    assert triple.low_resolution.shape == (13, 15, 4)


def test_guides_of_other_sizes_are_refused(scene):
    with pytest.raises(InputError, match=r"scene: expected a guide of .* or 4 times larger.*60 x 52"):
        degraded(with_guide_of(scene, 2), 4)


def test_gains_are_those_of_the_scenes_sensor(scene):
    sensor = Sensor((0.1, 0.2, 0.3, 0.4), 0.2)
    scene = SpectralScene(scene.name, scene.bands, scene.guide, 255, 1023, sensor)
    low = degraded(scene, 2).low_resolution
    np.testing.assert_array_equal(low, Wald(2, sensor=sensor).degrade_bands(scene.bands))
    eight = SpectralScene(scene.name, scene.bands, scene.guide, 255, 1023, SENSORS["worldview-2"])
    with pytest.raises(InputError, match="scene: expected 8 bands, as the sensor has, found 4"):
        degraded(eight, 2)


@pytest.mark.parametrize("turns", range(4))
def test_turns_come_before_the_degradation(turns, scene):
    triple = degraded(scene, 2, "nearest", turns)
    np.testing.assert_array_equal(triple.truth, np.rot90(scene.bands, turns))
    np.testing.assert_array_equal(triple.low_resolution, np.rot90(scene.bands, turns)[::2, ::2])


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_patches_show_one_place(scale, scene):
    size = 4 * scale
    for patch in ScenePatches([scene], scale, "nearest", size, stride=5):
        assert patch.guide.shape[:2] == patch.truth.shape[:2] == (size, size)
        np.testing.assert_array_equal(patch.low_resolution, patch.truth[::scale, ::scale])


def test_corners_begin_where_low_resolution_pixels_do(scene):
    corners = patch_corners(degraded(scene, 3), 9, 5, "scene")
    assert corners == [(top, left) for top in (0, 3, 9, 15) for left in (0, 3, 9, 15, 18)]


def test_scenes_smaller_than_a_patch_are_named(scene):
    with pytest.raises(InputError, match="scene: expected at least 32 x 32 pixels, the size of a patch, found 30 x 26"):
        ScenePatches([scene], 2, size=32)


def truths(batches, steps):
    """First band of all patches of the steps, as bytes."""
    return [patch.tobytes() for step in range(steps) for patch in batches.step(step)[1][..., 0]]


def test_batches_are_in_unit_range(scene):
    inputs, truth = SpectralBatches(ScenePatches([scene], 2, size=8), batch_size=3)[0]
    assert {array.dtype for array in (*inputs.values(), truth)} == {np.dtype("float32")}
    assert (inputs["low_resolution"].shape, inputs["guide"].shape) == ((3, 4, 4, 4), (3, 8, 8, 3))
    assert truth.max() == pytest.approx(scene.bands.max() / 255, abs=0.1)
    assert inputs["guide"].max() == pytest.approx(scene.guide.max() / 1023, abs=0.1)


def test_a_pass_shows_every_patch_in_every_turn_once(scene):
    patches = ScenePatches([scene], 2, size=8, stride=9)
    assert len(patches) == 4 * 3 * 3
    batches = SpectralBatches(patches, batch_size=6)
    assert len(batches) == 6
    assert len(set(truths(batches, 6))) == 36
    assert set(truths(batches, 6)) == {truths(batches, 12)[k] for k in range(36, 72)}
    assert truths(batches, 6) != truths(batches, 12)[36:]


def test_steps_go_on_over_passes_and_epochs(scene):
    patches = ScenePatches([scene], 2, size=8, stride=9)
    unbroken = SpectralBatches(patches, batch_size=7, steps=4, seed=3)
    for _ in range(2):
        unbroken.on_epoch_end()
    resumed = SpectralBatches(patches, batch_size=7, steps=4, seed=3, first_epoch=2)
    for k in range(4):
        np.testing.assert_array_equal(unbroken[k][1], resumed[k][1])
        np.testing.assert_array_equal(resumed[k][1], SpectralBatches(patches, 7, 4, 3).step(8 + k)[1])
    assert not np.array_equal(resumed[0][1], SpectralBatches(patches, 7, 4, seed=4, first_epoch=2)[0][1])


def test_tensorflow_reads_the_same_batches(scene):
    pytest.importorskip("tensorflow")
    batches = SpectralBatches(ScenePatches([scene], 2, size=8), batch_size=3, steps=2, first_epoch=1)
    for step, (inputs, truth) in zip(range(2, 7), as_dataset(batches), strict=False):
        expected_inputs, expected = batches.step(step)
        np.testing.assert_array_equal(truth, expected)
        for name, array in expected_inputs.items():
            np.testing.assert_array_equal(inputs[name], array)


def test_validation_squares_are_those_around_the_centre(scene):
    inputs, truth = validation_arrays([scene, scene], 2, "nearest", size=12)
    assert truth.shape == (2 * 2 * 2, 12, 12, 4)
    np.testing.assert_allclose(truth[0], scene.bands[:12, 2:14] / np.float32(255))
    np.testing.assert_allclose(truth[5], scene.bands[:12, 14:26] / np.float32(255))
    np.testing.assert_array_equal(inputs["low_resolution"], truth[:, ::2, ::2])
    assert validation_arrays([scene], 2)[1].shape == (1, 26, 26, 4)
