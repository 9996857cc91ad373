import pytest

from cscfuse_keras.metrics.registry import Metric
from cscfuse_keras.report.scores import Judged

NAN = float("nan")


def new_metric(name, direction):
    return Metric(
        name=name,
        title=f"{name} written out",
        function=lambda fused, sources: 0.0,
        tasks=("ivf",),
        direction=direction,
        value_range=(0.0, float("inf")),
        definition="a < b & c",
        source="hand",
        tested_against="nothing",
        definition_set="table1",
    )


@pytest.fixture
def make_metric():
    return new_metric


@pytest.fixture
def metrics():
    return (new_metric("UP", "higher"), new_metric("DOWN", "lower"))


@pytest.fixture
def items():
    """Two methods on three items; the means are UP 2, 4 and DOWN 0.5 (one left out), 0.25."""
    return [
        Judged("first", {"ours": {"UP": 1.0, "DOWN": 0.25}, "other": {"UP": 3.0, "DOWN": 0.5}}),
        Judged("second", {"ours": {"UP": 2.0, "DOWN": NAN}, "other": {"UP": 4.0, "DOWN": 0.125}}),
        Judged("third", {"ours": {"UP": 3.0, "DOWN": 0.75}, "other": {"UP": 5.0, "DOWN": 0.125}}),
    ]
