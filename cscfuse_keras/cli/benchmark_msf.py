"""What `cscfuse benchmark` does for images of many bands and their guides."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cscfuse_keras.benchmark.msf import MSFBenchmark
from cscfuse_keras.cli import evaluate_msf
from cscfuse_keras.errors import UsageError
from cscfuse_keras.metrics import Metric, metrics_for, metrics_named

OPTIONS = {
    "scale": click.option(
        "--scale",
        type=click.IntRange(2),
        help="msf: that scenes are made smaller by, and presets must be for. Default: 2.",
    ),
    **{name: evaluate_msf.OPTIONS[name] for name in ("degradation", "sensor", "full_scale", "guide_full_scale")},
}


def metrics(names: str | None, given: Mapping[str, Any]) -> Sequence[Metric]:
    """The columns; only those that need the truth, since that is known here.

    Raises:
        UsageError: none of those named needs it.
    """
    named = metrics_named("msf", names) if names else metrics_for("msf", None)
    rows = [row for row in named if row.sees == "truth"]
    if not rows:
        raise UsageError(f"--metrics: expected metrics that need a truth, found {names}; choose others")
    return rows


def items(data: Path, output: Path, given: Mapping[str, Any]) -> MSFBenchmark:
    """The scenes of a folder or of a file."""
    return MSFBenchmark.of(
        data,
        scale=given.get("scale", 2),
        method=given.get("degradation", "mtf"),
        sensor=given.get("sensor", "generic"),
        bands_full_scale=given.get("full_scale"),
        guide_full_scale=given.get("guide_full_scale"),
    )
