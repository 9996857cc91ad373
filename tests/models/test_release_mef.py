import numpy as np
import pytest

from cscfuse_keras.errors import ModelError
from cscfuse_keras.models.mef import VARIANTS, build_fusion
from cscfuse_keras.models.release_mef import load_release_state


@pytest.fixture
def state(golden):
    vectors = golden("05_mef_network")
    return {key.removeprefix("state."): array for key, array in vectors.items() if key.startswith("state.")}


@pytest.fixture
def model():
    return build_fusion(VARIANTS["release"])


def test_every_weight_is_set(model, state, golden):
    load_release_state(model, state)
    total = sum(float(array.sum(dtype=np.float64)) for array in state.values())
    assert sum(weights.size for weights in model.get_weights()) == sum(array.size for array in state.values())
    assert sum(weights.sum(dtype=np.float64) for weights in model.get_weights()) == pytest.approx(total, rel=1e-9)


def test_a_state_saved_from_several_devices(model, state):
    load_release_state(model, state)
    expected = model.get_weights()
    other = build_fusion(VARIANTS["release"])
    parallel = {f"module.{name}": array for name, array in state.items()}
    load_release_state(other, parallel | {"module.main.1.num_batches_tracked": np.int64(7)})
    for weights, same in zip(other.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weights, same)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda state: state.pop("main.3.norm.bias"),
            r"'main\.3\.norm\.bias': expected an entry, found none",
        ),
        (
            lambda state: state.update({"main.6.weight": np.ones(1)}),
            r"'main\.6\.weight': expected no such entry",
        ),
        (
            lambda state: state.update({"main.2.theta": np.ones((1, 24, 1, 1))}),
            r"'main\.2\.theta': expected shape \(1,\), found \(24,\)",
        ),
        (lambda state: state.clear(), r"'main\.0\.conv2d\.weight'.*found none"),
    ],
)
def test_another_networks_state_is_refused_and_changes_nothing(model, state, change, message):
    before = model.get_weights()
    change(state)
    with pytest.raises(ModelError, match=message):
        load_release_state(model, state)
    for weights, same in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, same)


def test_the_papers_variant_is_refused(state):
    with pytest.raises(ModelError, match=r"main\.2\.theta.*variant 'release'"):
        load_release_state(build_fusion(VARIANTS["paper"]), state)
