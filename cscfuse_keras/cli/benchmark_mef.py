"""What `cscfuse benchmark` does for exposures of scenes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cscfuse_keras.benchmark.mef import MEFBenchmark
from cscfuse_keras.cli import evaluate_mef, full_scale
from cscfuse_keras.metrics import Metric, metrics_for, metrics_named, model_metrics

OPTIONS = {name: evaluate_mef.OPTIONS[name] for name in ("brisque_model", "niqe_model", "full_scale")}


def metrics(names: str | None, given: Mapping[str, Any]) -> Sequence[Metric]:
    """The columns; those that need a model follow where it is given."""
    rows = metrics_named("mef", names) if names else metrics_for("mef", None)
    return (*rows, *model_metrics(given.get("brisque_model"), given.get("niqe_model")))


def items(data: Path, output: Path, given: Mapping[str, Any]) -> MEFBenchmark:
    """The scenes of a folder."""
    full_scale.check_bits(given)
    return MEFBenchmark.of(data, output, given.get("full_scale"))
