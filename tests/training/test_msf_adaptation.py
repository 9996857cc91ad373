import keras
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.samples.spectral_scene import spectral_scene
from cscfuse_keras.training import least_squares
from cscfuse_keras.training.msf_adaptation import Adaptation, Part, adapt
from pipelines.wald import SENSORS, Wald

pytestmark = pytest.mark.backend

FEW_STEPS = Adaptation(steps=100)


@pytest.fixture(autouse=True)
def few_pixels(monkeypatch):
    monkeypatch.setattr(least_squares, "PIXELS", 3000)


@pytest.fixture(scope="module")
def scene():
    """Truth, and what is left of it: 4 bands of 72 x 80 pixels, and a guide twice as large."""
    truth, _, guide = spectral_scene(4, 144, 160)
    return truth, Part(Wald(2).degrade_bands(truth), guide, np.ones((72, 80), bool))


def fused(adapted, part):
    inputs = {"low_resolution": part.bands[np.newaxis], "guide": part.guide[np.newaxis]}
    return keras.ops.convert_to_numpy(adapted.model(inputs))[0]


def error(image, truth):
    return float(np.mean((image - truth) ** 2))


def test_better_than_enlarging_and_than_its_start(scene):
    truth, part = scene
    shares = []
    adapted = adapt([part], Wald(2), FEW_STEPS, shares.append)
    enlarged = keras.ops.image.resize(part.bands, truth.shape[:2])
    assert error(fused(adapted, part), truth) < 0.2 * error(keras.ops.convert_to_numpy(enlarged), truth)
    plain, linear, best = adapted.errors
    assert best <= linear < plain
    assert (adapted.steps > 0) == (best < linear)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert f"step {adapted.steps}" in str(adapted)


def test_the_seed_decides(scene):
    _, part = scene
    first, second, other = (adapt([part], Wald(2), Adaptation(3, seed=seed)).model for seed in (0, 0, 1))
    for one, same in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    pairs = zip(first.get_weights(), other.get_weights(), strict=True)
    assert not all(np.array_equal(one, changed) for one, changed in pairs)


def test_no_time_leaves_the_start(scene):
    adapted = adapt([scene[1]], Wald(2), Adaptation(minutes=1e-6))
    assert (adapted.steps, adapted.errors[1]) == (0, adapted.errors[2])


@pytest.mark.parametrize(
    ("scale", "bands", "channels", "method"), [(3, 1, 1, "mtf"), (2, 31, 3, "mtf"), (8, 2, 1, "nearest")]
)
def test_any_ratio_and_channels(scale, bands, channels, method, random_images):
    low, fine = 9 * scale, 9 * scale**2
    part = Part(random_images(low, low, bands), random_images(fine, fine, channels), np.ones((low, low), bool))
    adapted = adapt([part], Wald(scale, method), Adaptation(steps=1))
    assert fused(adapted, part).shape == (fine, fine, bands)
    assert adapted.model.get_layer("enlarge").grid == {"mtf": "half_pixel", "nearest": "co_sited"}[method]


def test_a_preset_for_more_images(scene, tmp_path):
    _, part = scene
    adapted = adapt([part], Wald(2), Adaptation(steps=1))
    adapted.model.save(tmp_path / "adapted.keras")
    inputs = {"low_resolution": part.bands[np.newaxis], "guide": part.guide[np.newaxis]}
    loaded = load_preset(tmp_path / "adapted.keras", "msf").model
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(model(inputs)) for model in (adapted.model, loaded)))


def test_pixels_without_a_value_do_not_matter(scene):
    _, part = scene
    valid = part.valid.copy()
    valid[20:24, 30:36] = valid[70, 10] = False
    fine = valid.repeat(2, axis=0).repeat(2, axis=1)
    # Beyond the pixels that are left out, only the tails of Gaussians look at these.
    holes = Part(np.where(valid[..., None], part.bands, 0), np.where(fine[..., None], part.guide, 0), valid)
    filled = Part(part.bands, part.guide, valid)
    errors = [adapt([one], Wald(2), Adaptation(minutes=1e-6)).errors for one in (holes, filled)]
    np.testing.assert_allclose(*errors, rtol=0.05)


def test_too_little_to_learn_from(scene):
    _, part = scene
    small = Part(part.bands[:12, :30], part.guide[:24, :60], part.valid[:12, :30])
    empty = Part(part.bands, part.guide, np.zeros_like(part.valid))
    for parts in ([], [small], [empty]):
        with pytest.raises(InputError, match="at least 18 x 18 pixels"):
            adapt(parts, Wald(2))
    with pytest.raises(InputError, match="expected 8 bands, as the sensor has, found 4"):
        adapt([part], Wald(2, sensor=SENSORS["worldview-2"]))
