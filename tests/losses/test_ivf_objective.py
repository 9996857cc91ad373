import keras
import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.losses.ivf_objective import IVFObjective, IVFObjectiveWeights

pytestmark = pytest.mark.backend


def loss_of(fused, sources, numpy_of, **weights):
    layer = IVFObjective(IVFObjectiveWeights(**weights))
    layer(fused, sources, 0.1 + 0.8 * sources[..., :1])
    return float(numpy_of(layer.losses[0]))


def test_both_sources_are_better_than_a_copy_of_one(sources, numpy_of):
    both = np.clip(sources.sum(axis=-1, keepdims=True) - 0.3, 0.02, 0.98)
    losses = {
        name: loss_of(image, sources, numpy_of) for name, image in zip("ab", np.split(sources, 2, -1), strict=True)
    }
    assert loss_of(both, sources, numpy_of) < min(losses.values())


def test_weights_are_those_of_their_terms(sources, numpy_of):
    fused = sources.mean(axis=-1, keepdims=True)
    names = [name for name in IVFObjectiveWeights().to_dict() if name.endswith("_weight")]
    nothing = dict.fromkeys(names, 0.0)
    assert loss_of(fused, sources, numpy_of, **nothing) == 0
    alone = [loss_of(fused, sources, numpy_of, **{**nothing, name: 1.0}) for name in names]
    doubled = [loss_of(fused, sources, numpy_of, **{**nothing, name: 2.0}) for name in names]
    assert doubled == pytest.approx([2 * value for value in alone], rel=1e-5)
    together = loss_of(fused, sources, numpy_of, **dict.fromkeys(names, 1.0))
    assert together == pytest.approx(sum(alone), rel=1e-4)


def test_config_is_plain_data():
    layer = IVFObjective(IVFObjectiveWeights(noise_weight=0.7))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.weighing == layer.weighing


def test_unknown_weight_is_refused():
    with pytest.raises(UsageError, match="did you mean 'noise_weight'"):
        IVFObjective({"noise_wait": 1.0})
