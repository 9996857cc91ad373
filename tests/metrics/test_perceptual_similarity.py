import sys
import types

import numpy as np
import pytest
import torch

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.metrics import perceptual_similarity as module
from cscfuse_keras.metrics.perceptual_similarity import perceptual_similarity


@pytest.fixture(autouse=True)
def no_network_is_kept():
    module._distance.cache_clear()
    yield
    module._distance.cache_clear()


@pytest.fixture
def package(monkeypatch):
    """A stand-in of the package, whose distance is the mean square difference."""
    batches = []

    class LPIPS(torch.nn.Module):
        def __init__(self, net, verbose):
            assert net == "alex"
            super().__init__()

        def forward(self, first, second):
            batches.append((first, second))
            return torch.mean((first - second) ** 2, dim=(1, 2, 3), keepdim=True)

    monkeypatch.setitem(sys.modules, "lpips", types.SimpleNamespace(LPIPS=LPIPS))
    return batches


def test_the_package_is_given_rgb_in_minus_1_to_1(package, fused, infrared, visible):
    value = perceptual_similarity(fused, (infrared, visible))
    squares = [np.mean((fused - source) ** 2) / 127.5**2 for source in (infrared, visible)]
    assert value == pytest.approx(np.mean(squares), rel=1e-5)
    (first, second), _ = package
    assert first.shape == second.shape == (1, 3, *fused.shape)
    assert first.dtype == torch.float32
    np.testing.assert_allclose(first[0, 2], infrared / 127.5 - 1, atol=1e-6)


def test_a_missing_package_is_told(monkeypatch, fused):
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(EnvironmentProblem, match=r"LPIPS: .* pip install lpips"):
        perceptual_similarity(fused, (fused,))


def test_weights_that_cannot_be_had_are_told(monkeypatch, fused):
    def no_network(**_):
        raise OSError("no route to host")

    monkeypatch.setitem(sys.modules, "lpips", types.SimpleNamespace(LPIPS=no_network))
    with pytest.raises(EnvironmentProblem, match=r"LPIPS: .* no route to host"):
        perceptual_similarity(fused, (fused,))
