import dataclasses

import keras
import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.mef import VARIANTS, MEFConfig, build_fusion, build_training, copy_coder, merge_settings
from cscfuse_keras.models.release_mef import fusion_from_release

pytestmark = pytest.mark.backend

TINY = MEFConfig(units=2, code_channels=4)
PYRAMID = MEFConfig(units=2, code_channels=4, levels=3)


@pytest.fixture(scope="module")
def vectors(golden):
    return golden("05_mef_network")


@pytest.fixture(scope="module")
def exposures(vectors):
    """(1, 3, 48, 64, 3)"""
    return np.moveaxis(vectors["in.exposures"], 1, -1)


@pytest.fixture(scope="module")
def release(vectors):
    return fusion_from_release(
        {"golden": {key[6:]: array for key, array in vectors.items() if key.startswith("state.")}}
    )


@pytest.fixture(params=[TINY, PYRAMID], ids=["pixels", "pyramid"])
def tiny(request):
    keras.utils.set_random_seed(0)
    return build_fusion(request.param)


def test_golden_maps_and_weights(release, vectors, exposures, numpy_of):
    maps = numpy_of(release.get_layer("mapper")([exposures[0]]))
    expected = np.moveaxis(vectors["out.codes"][0], -1, 0)
    np.testing.assert_allclose(maps[..., 0], expected, atol=5 * 2.7e-6, rtol=0)
    weights = np.exp(maps[..., 0]) / np.exp(maps[..., 0]).sum(axis=0)
    np.testing.assert_allclose(weights, np.moveaxis(vectors["out.weights"], -1, 1)[0], atol=2e-6, rtol=0)


def test_golden_image(release, vectors, exposures, numpy_of):
    fused = numpy_of(release(exposures))
    np.testing.assert_allclose(fused, vectors["out.fused_train"], atol=5 * 4e-7, rtol=0)
    np.testing.assert_allclose(np.clip(fused, 0, 1), vectors["out.fused_test"], atol=5 * 4e-7, rtol=0)


def test_any_number_size_and_batch(tiny, random_images, numpy_of):
    assert tiny.input_shape == (None, None, None, None, 3)
    tiny.compile(jit_compile=keras.backend.backend() == "jax")
    for shape in ((1, 2, 9, 12, 3), (2, 5, 7, 6, 3)):
        scenes = random_images(*shape)
        fused = tiny.predict_on_batch(scenes)
        assert fused.shape == (shape[0], *shape[2:])
        singles = np.concatenate([numpy_of(tiny(scene[np.newaxis])) for scene in scenes])
        np.testing.assert_allclose(fused, singles, atol=1e-5)


def test_order_of_exposures_does_not_matter(tiny, random_images, numpy_of):
    scene = random_images(1, 4, 8, 9, 3)
    np.testing.assert_allclose(numpy_of(tiny(scene[:, ::-1])), numpy_of(tiny(scene)), atol=1e-5)


def test_one_image_given_several_times_comes_back(tiny, random_images, numpy_of):
    image = random_images(1, 8, 9, 3)
    fused = numpy_of(tiny(np.stack([image] * 3, axis=1)))
    np.testing.assert_allclose(fused, image, atol=1e-5)


def test_grey_exposures_give_a_grey_image(tiny, random_images, numpy_of):
    grey = np.repeat(random_images(1, 3, 8, 9, 1), 3, axis=-1)
    fused = numpy_of(tiny(grey))
    np.testing.assert_allclose(np.ptp(fused, axis=-1), 0, atol=1e-6)


@pytest.mark.parametrize(("variant", "counts"), [("paper", [24, 24, 24]), ("release", [1, 24, 24])])
def test_variants_differ_in_their_thresholds(variant, counts):
    coder = build_fusion(VARIANTS[variant]).get_layer("mapper").get_layer("coder")
    thresholds = [coder.get_layer(f"unit_{k}").shrinkage.threshold for k in range(3)]
    assert [threshold.shape[0] for threshold in thresholds] == counts
    assert [threshold.constraint is None for threshold in thresholds] == [variant == "release"] * 3
    for threshold in thresholds:
        np.testing.assert_allclose(keras.ops.convert_to_numpy(threshold), 0.001)


def test_saved_model_gives_the_same(tiny, random_images, numpy_of, tmp_path):
    scene = random_images(1, 3, 8, 9, 3)
    tiny.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.name == "mef_fusion"
    np.testing.assert_array_equal(numpy_of(loaded(scene)), numpy_of(tiny(scene)))
    rebuilt = build_fusion(network=loaded)
    np.testing.assert_array_equal(numpy_of(rebuilt(scene)), numpy_of(tiny(scene)))


def test_gain_sharpens_and_is_kept(random_images, numpy_of, tmp_path):
    plain = build_fusion(PYRAMID)
    sharper = build_fusion(dataclasses.replace(PYRAMID, detail_gain=1.5), plain)
    scene = random_images(1, 3, 16, 16, 3)
    assert numpy_of(sharper(scene)).std() > 1.02 * numpy_of(plain(scene)).std()
    sharper.save(tmp_path / "model.keras")
    assert merge_settings(keras.saving.load_model(tmp_path / "model.keras")).detail_gain == 1.5


def test_gain_without_a_finest_band_is_refused():
    with pytest.raises(UsageError, match=r"detail_gain: expected 1 for a network of one level.*found 1\.5"):
        build_fusion(dataclasses.replace(TINY, detail_gain=1.5))


def test_pyramid_takes_over_a_coder(random_images, numpy_of):
    pixels, pyramid = build_fusion(TINY), build_fusion(PYRAMID)
    copy_coder(pixels, pyramid)
    image = random_images(1, 4, 4, 3)
    levels = [image[:, ::step, ::step] for step in (1, 2, 4)]
    first, _, last = (numpy_of(found) for found in pyramid.get_layer("mapper")(levels))
    alone = numpy_of(pixels.get_layer("mapper")([image]))
    assert not np.allclose(first, alone)
    np.testing.assert_allclose(last, numpy_of(pixels.get_layer("mapper")([levels[2]])), atol=1e-6)
    with pytest.raises(UsageError, match="same units and channels"):
        copy_coder(build_fusion(MEFConfig(units=3, code_channels=4)), pyramid)


def test_training_lowers_the_loss_and_moves_the_fusion_model(tiny, random_images, numpy_of):
    scenes = random_images(2, 3, 14, 16, 3)
    before = numpy_of(tiny(scenes))
    training = build_training(tiny)
    training.compile(keras.optimizers.Adam(5e-3), jit_compile=keras.backend.backend() == "jax")
    losses = training.fit(scenes, epochs=10, batch_size=2, verbose=0, validation_data=(scenes,)).history
    assert min(losses["val_loss"][1:]) < losses["val_loss"][0]
    assert np.abs(numpy_of(tiny(scenes)) - before).max() > 1e-3
    assert not any("iterations" in weight.path for weight in tiny.weights)
