"""What `cscfuse benchmark` does for infrared-visible pairs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cscfuse_keras.benchmark.ivf import IVFBenchmark
from cscfuse_keras.cli import evaluate_ivf, full_scale
from cscfuse_keras.metrics import Metric, metrics_for, metrics_named

OPTIONS = {name: evaluate_ivf.OPTIONS[name] for name in ("full_scale", "infrared_full_scale")}


def metrics(names: str | None, given: Mapping[str, Any]) -> Sequence[Metric]:
    """The columns."""
    return metrics_named("ivf", names) if names else metrics_for("ivf", None)


def items(data: Path, output: Path, given: Mapping[str, Any]) -> IVFBenchmark:
    """The pairs of a folder."""
    full_scale.check_bits(given)
    return IVFBenchmark.of(data, given.get("full_scale"), given.get("infrared_full_scale"))
