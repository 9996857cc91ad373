"""The statistics that runtimes let be averaged over time."""

import keras
import numpy as np
import pytest

from cscfuse_keras.models.ivf import IVFConfig, build_fusion
from cscfuse_keras.runtimes.engines import engine_for
from cscfuse_keras.runtimes.ivf import IVFRuntime


@pytest.fixture(scope="module")
def paper():
    keras.utils.set_random_seed(0)
    config = IVFConfig(units=2, code_channels=4, decoder_channels=(4,), base_rule="saliency", detail_rule="l1_norm")
    return IVFRuntime(build_fusion(config), engine_for("keras"))


@pytest.fixture(params=["paper", "pyramid"])
def runtime(request, paper, fuser):
    chosen = paper if request.param == "paper" else fuser.runtime
    yield chosen
    chosen.over_time = None


@pytest.mark.parametrize("side", [64, 1000])
def test_averaging_nothing_changes_nothing(runtime, side, random_images):
    pair = random_images(90, 70), random_images(90, 70, seed=1)
    expected = runtime(*pair, side=side)
    names = []
    runtime.over_time = lambda name, value: names.append(name) or value
    np.testing.assert_allclose(runtime(*pair, side=side), expected, atol=1e-5)
    assert names and len(set(names)) == len(names)


def test_averaged_statistics_are_those_that_count(runtime, random_images):
    """With the statistics of another pair kept, a pixel far from a change stays as it is."""
    kept = {}
    # Beyond the reach of what is not averaged.
    width = 400 if isinstance(runtime, IVFRuntime) else 240
    runtime.over_time = lambda name, value: kept.setdefault(name, value)
    # For the pyramid so much contrast that it has to be lowered.
    low, high = (0.3, 0.6) if isinstance(runtime, IVFRuntime) else (0.0, 1.0)
    pair = random_images(40, width, low=low, high=high), random_images(40, width, seed=1, low=low, high=high)
    before = runtime(*pair)
    changed = pair[0].copy()
    changed[:, :30] = 1
    steady = np.abs(runtime(changed, pair[1]) - before)[:, -20:].max()
    runtime.over_time = None
    alone = np.abs(runtime(changed, pair[1]) - before)[:, -20:].max()
    assert steady < 1e-5 < 10 * steady + 1e-4 < alone
