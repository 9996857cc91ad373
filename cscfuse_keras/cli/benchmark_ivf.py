"""What `cscfuse benchmark` does for infrared-visible pairs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cscfuse_keras.benchmark.ivf import IVFBenchmark
from cscfuse_keras.metrics import Metric, metrics_for, metrics_named

OPTIONS: Mapping[str, Any] = {}


def metrics(names: str | None, given: Mapping[str, Any]) -> Sequence[Metric]:
    """The columns."""
    return metrics_named("ivf", names) if names else metrics_for("ivf", None)


def items(data: Path, output: Path, given: Mapping[str, Any]) -> IVFBenchmark:
    """The pairs of a folder."""
    return IVFBenchmark.of(data)
