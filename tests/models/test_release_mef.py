import numpy as np
import pytest

from cscfuse_keras.errors import ModelError
from cscfuse_keras.models.release_mef import fusion_from_release

pytestmark = pytest.mark.backend


@pytest.fixture
def state(golden):
    vectors = golden("05_mef_network")
    return {key.removeprefix("state."): array for key, array in vectors.items() if key.startswith("state.")}


def test_every_weight_is_set(state):
    fusion = fusion_from_release({"file": state})
    total = sum(float(array.sum(dtype=np.float64)) for array in state.values())
    assert sum(weights.size for weights in fusion.get_weights()) == sum(array.size for array in state.values())
    assert sum(weights.sum(dtype=np.float64) for weights in fusion.get_weights()) == pytest.approx(total, rel=1e-9)


def test_a_state_saved_from_several_devices(state):
    expected = fusion_from_release({"file": state}).get_weights()
    parallel = {f"module.{name}": array for name, array in state.items()}
    other = fusion_from_release({"file": parallel | {"module.main.1.num_batches_tracked": np.int64(7)}})
    for weights, same in zip(other.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weights, same)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("main.3.norm.bias"), r"file: expected parameter 'main\.3\.norm\.bias', found none"),
        (lambda state: state.update({"main.6.weight": np.ones(1)}), r"expected no parameter 'main\.6\.weight'"),
        (
            lambda state: state.update({"main.2.theta": np.ones((1, 24, 1, 1))}),
            r"expected shape \(1,\) of 'main\.2\.theta', found \(1, 24, 1, 1\)",
        ),
        (lambda state: state.clear(), r"'main\.0\.conv2d\.weight', found none"),
    ],
)
def test_another_networks_state_is_refused(state, change, message):
    change(state)
    with pytest.raises(ModelError, match=message):
        fusion_from_release({"file": state})


def test_one_file_is_expected(state):
    with pytest.raises(ModelError, match="found 2"):
        fusion_from_release({"a": state, "b": state})
