from pathlib import Path

import pytest

from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.search.axes import read_axes
from cscfuse_keras.search.definition import Search, score_metrics
from cscfuse_keras.training.recipes import RECIPES


@pytest.fixture
def search_of():
    """A search of some axes, with the networks' defaults."""

    def make(*axes, network="ivf", score="Qabf,VIF", sampler="grid", validation=(), sources=("data",), **training):
        classes = NETWORKS[network].config, RECIPES[network].settings
        settings = {"network": classes[0](), "training": classes[1](**training)}
        metrics = score_metrics(NETWORKS[network].task, score)
        paths = [tuple(map(Path, part)) for part in (sources, validation)]
        return Search(network, *paths, settings, read_axes(axes, classes), metrics, sampler)

    return make
