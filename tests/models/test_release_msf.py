import numpy as np
import pytest

from cscfuse_keras.errors import ModelError
from cscfuse_keras.models.release_msf import fusion_from_release

pytestmark = pytest.mark.backend


@pytest.fixture
def state(golden):
    vectors = golden("07_msf_modela_square")
    return {key.removeprefix("state."): array for key, array in vectors.items() if key.startswith("state.")}


def test_every_weight_is_set(state):
    network = fusion_from_release({"file": state})
    total = sum(float(array.sum(dtype=np.float64)) for array in state.values())
    assert sum(weights.size for weights in network.get_weights()) == sum(array.size for array in state.values())
    assert sum(weights.sum(dtype=np.float64) for weights in network.get_weights()) == pytest.approx(total, rel=1e-9)


def test_sizes_are_read_off_the_weights(state):
    network = fusion_from_release({"file": state})
    channels = {name: symbol.shape[-1] for name, symbol in network.input.items()}
    assert channels == {"low_resolution": 31, "guide": 3}
    assert network.get_layer("lift_code").output.shape[-1] == 16


def test_a_state_saved_from_several_devices(state):
    expected = fusion_from_release({"file": state}).get_weights()
    parallel = {f"module.{name}": array for name, array in state.items()}
    for weights, same in zip(fusion_from_release({"file": parallel}).get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weights, same)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("decoder.conv0.weight"), r"file: expected parameter 'decoder\.conv0\.weight' of four"),
        (lambda state: state.update({"decoder.conv0.weight": np.ones(3)}), r"of four axes, found \(3,\)"),
        (lambda state: state.update({"decoder.conv1.weight": np.ones(1)}), r"expected no parameter 'decoder\.conv1"),
        (
            lambda state: state.update({"backbone_lr.relu0.theta": np.ones((1, 8, 1, 1))}),
            r"expected shape \(16,\) of 'backbone_lr\.relu0\.theta', found \(1, 8, 1, 1\)",
        ),
        (lambda state: state.clear(), r"'backbone_guide\.conv0\.weight' of four axes, found none"),
    ],
)
def test_another_networks_state_is_refused(state, change, message):
    change(state)
    with pytest.raises(ModelError, match=message):
        fusion_from_release({"file": state})


def test_one_file_is_expected(state):
    with pytest.raises(ModelError, match="found 2"):
        fusion_from_release({"a": state, "b": state})
