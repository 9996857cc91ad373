import dataclasses

import keras
import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.msf import VARIANTS, MSFConfig, build_fusion, build_network, settings_of
from cscfuse_keras.models.presets import load_preset, save_preset
from cscfuse_keras.models.release_msf import fusion_from_release

pytestmark = pytest.mark.backend

TINY = MSFConfig(bands=4, guide_channels=1, scale=3, units=2, code_channels=6)


@pytest.fixture(scope="module")
def release(golden):
    return fusion_from_release(
        {"golden": {k[6:]: array for k, array in golden("07_msf_modela_square").items() if k.startswith("state.")}}
    )


@pytest.fixture
def tiny():
    keras.utils.set_random_seed(0)
    network = build_network(TINY)
    # The decoder starts at zero, where the codes would not matter.
    decoder = network.get_layer("decoder")
    decoder.kernel.assign(np.random.default_rng(0).normal(0, 0.1, decoder.kernel.shape))
    return network


@pytest.fixture
def tiny_inputs(random_images):
    return {"low_resolution": random_images(2, 5, 8, 4), "guide": random_images(2, 15, 24, 1)}


def inputs_of(vectors):
    return {"low_resolution": vectors["in.lr"], "guide": vectors["in.guide"]}


def test_golden_square(release, golden, numpy_of):
    vectors = golden("07_msf_modela_square")
    fused = numpy_of(release(inputs_of(vectors)))
    exact = vectors["out.hr_bands0to3_evaluated_in_float64"]
    np.testing.assert_allclose(fused[..., :4], exact, atol=1e-5, rtol=0)
    np.testing.assert_allclose(fused, vectors["out.hr"], atol=2e-3, rtol=0)


def test_golden_nonsquare(release, golden, numpy_of):
    vectors = golden("07_msf_modela_nonsquare")
    fused = numpy_of(release(inputs_of(vectors)))
    np.testing.assert_allclose(fused, vectors["out.hr_width_fixed"], atol=2e-3, rtol=0)


@pytest.mark.parametrize(
    ("layer", "vector"),
    [
        ("guide_unit_3", "07_msf_modela_square/out.feat_guide_ch0to1"),
        ("low_resolution_unit_3", "07_msf_modela_square/out.feat_lr_ch0to1"),
        ("lift_code", "07_msf_modela_nonsquare/out.feat_filtered"),
    ],
)
def test_golden_codes(layer, vector, release, golden, numpy_of):
    file, name = vector.split("/")
    vectors = golden(file)
    codes = numpy_of(keras.Model(release.input, release.get_layer(layer).output)(inputs_of(vectors)))
    expected = vectors[name]
    tolerance = 2e-3 if layer == "lift_code" else 2e-5
    np.testing.assert_allclose(codes[..., : expected.shape[-1]], expected, atol=tolerance, rtol=0)


def test_training_starts_at_the_enlarged_image(random_images, numpy_of):
    low = random_images(1, 4, 5, 4)
    fused = numpy_of(build_network(TINY)({"low_resolution": low, "guide": random_images(1, 12, 15, 1)}))
    np.testing.assert_allclose(fused, numpy_of(keras.ops.image.resize(low, (12, 15))), atol=1e-6)


def test_any_size_and_batch(tiny, random_images, numpy_of):
    tiny.compile(jit_compile=keras.backend.backend() == "jax")
    for batch, height, width in ((1, 5, 8), (3, 7, 4)):
        inputs = {
            "low_resolution": random_images(batch, height, width, 4),
            "guide": random_images(batch, 3 * height, 3 * width, 1),
        }
        fused = tiny.predict_on_batch(inputs)
        assert fused.shape == (batch, 3 * height, 3 * width, 4)
        single = numpy_of(tiny({name: array[-1:] for name, array in inputs.items()}))
        np.testing.assert_allclose(fused[-1:], single, atol=1e-5)


@pytest.mark.parametrize("grid", ["half_pixel", "co_sited"])
def test_tiles_equal_the_whole(grid, random_images, numpy_of):
    keras.utils.set_random_seed(1)
    network = build_network(MSFConfig(bands=2, guide_channels=1, units=2, code_channels=4, grid=grid))
    kernel = network.get_layer("decoder").kernel
    kernel.assign(np.random.default_rng(0).normal(0, 0.1, kernel.shape))
    low, guide = random_images(1, 30, 6, 2), random_images(1, 60, 12, 1)
    whole = numpy_of(network({"low_resolution": low, "guide": guide}))
    tile = numpy_of(network({"low_resolution": low[:, 4:26], "guide": guide[:, 8:52]}))
    np.testing.assert_allclose(tile[:, 16:-16], whole[:, 24:36], atol=2e-6)


def test_variants_are_what_paper_and_release_say():
    paper, release = VARIANTS["paper"], VARIANTS["release"]
    assert (
        (paper.units, paper.radius, paper.epsilon) == (release.units, release.radius, release.epsilon) == (4, 1, 1e-4)
    )
    assert paper.joint_units == release.joint_units == 0
    assert (paper.normalized_units, release.normalized_units) == ("all", "later")
    assert (release.code_channels, release.grid) == (256, "align_corners")
    network = build_network(release)
    first, second = (network.get_layer(f"guide_unit_{k}") for k in (0, 1))
    assert first.normalization is None
    assert second.normalization is not None


def test_saved_model_gives_the_same(tiny, tiny_inputs, numpy_of, tmp_path):
    tiny.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(numpy_of(loaded(tiny_inputs)), numpy_of(tiny(tiny_inputs)))


def test_training_lowers_the_loss(tiny, tiny_inputs, random_images):
    truth = random_images(2, 15, 24, 4, seed=1)
    tiny.compile(keras.optimizers.Adam(1e-2), "mse", jit_compile=keras.backend.backend() == "jax")
    losses = tiny.fit(tiny_inputs, truth, epochs=8, batch_size=2, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize(
    "config",
    [
        TINY,
        MSFConfig(bands=2, units=0, joint_units=2, joint_channels=3, normalized_units="none", grid="co_sited"),
        MSFConfig(bands=2, units=0, joint_units=2, joint_channels=3, joint_kernel=5),
        MSFConfig(bands=2, code_channels=4, normalized_units="later", radius=2, epsilon=0.1, initial_threshold=0.02),
        MSFConfig(bands=2, units=1, code_channels=4, joint_units=1, joint_channels=4, nonnegative_threshold=False),
    ],
)
def test_settings_are_read_off_the_model(config):
    assert settings_of(build_network(config)) == config


def test_preset_comes_back(tiny, tiny_inputs, numpy_of, tmp_path, monkeypatch):
    save_preset(tmp_path / "tiny", "msf", TINY, tiny)
    (tmp_path / "defaults.json").write_text("{}")
    monkeypatch.setattr("cscfuse_keras.models.presets.presets_folder", lambda: tmp_path)
    preset = load_preset("tiny", "msf")
    np.testing.assert_array_equal(numpy_of(preset.model(tiny_inputs)), numpy_of(tiny(tiny_inputs)))
    tiny.save(tmp_path / "tiny.keras")
    from_file = load_preset(tmp_path / "tiny.keras", "msf")
    np.testing.assert_array_equal(numpy_of(from_file.model(tiny_inputs)), numpy_of(tiny(tiny_inputs)))
    changed = [load_preset(name, epsilon=0.1).model for name in ("tiny", tmp_path / "tiny.keras")]
    np.testing.assert_array_equal(*(numpy_of(model(tiny_inputs)) for model in changed))
    assert not np.allclose(numpy_of(changed[0](tiny_inputs)), numpy_of(tiny(tiny_inputs)))


def test_settings_that_need_other_weights_are_refused(tiny):
    assert build_fusion(TINY, tiny) is tiny
    for changes in ({"code_channels": 5}, {"units": 3}):
        with pytest.raises(UsageError, match="expected only grid, radius or epsilon to change"):
            build_fusion(dataclasses.replace(TINY, **changes), tiny)
