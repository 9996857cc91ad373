"""What `cscfuse evaluate` does for infrared-visible pairs."""

from pathlib import Path
from typing import Any

import click

from cscfuse_keras.cli import full_scale
from cscfuse_keras.cli.evaluation import Evaluation
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.errors import UsageError
from cscfuse_keras.metrics import Metric, metrics_for, metrics_named
from cscfuse_keras.tasks import ivf_scores

REQUIRED = ("infrared", "visible")
OPTIONS = {
    "infrared": click.option("--infrared", type=click.Path(path_type=Path), help="ivf: folder of infrared pictures."),
    "visible": click.option("--visible", type=click.Path(path_type=Path), help="ivf: folder of visible pictures."),
    "definitions": click.option(
        "--definitions",
        type=click.Choice(["table1", "all"]),
        help="ivf: table1: the seven of the paper's Table 1, as defined there. all: their usual forms too, and Qabf, "
        "SSIM and CC. Default: all.",
    ),
    "metrics": click.option(
        "--metrics",
        metavar="NAMES",
        help="ivf: the metrics to judge by, in place of those of --definitions: names separated by commas, such as "
        "EN,Qcb,FMI-dct, or all.",
    ),
    "align": click.option(
        "--align",
        is_flag=True,
        default=None,
        help="ivf: bring the infrared pictures onto the visible ones first, and crop; with --fused, results of "
        "cscfuse fuse --align are judged.",
    ),
    "full_scale": full_scale.OF_FOLDERS,
    "infrared_full_scale": full_scale.INFRARED,
}


def prepare(preset: str, fused: Path | None, output: Path, given: dict[str, Any]) -> Evaluation:
    """Find the pairs, and load the preset if there are no fused pictures to judge."""
    full_scale.check_bits(given)
    infrared, visible, scale = given["infrared"], given["visible"], given.get("full_scale")
    metrics = _metrics(given)
    items, left_over = ivf_scores.plan(infrared, visible, fused, scale, given.get("infrared_full_scale"))
    if fused:
        source = ivf_scores.fused_from_folder(fused, scale)
    else:
        load_keras()
        source = ivf_scores.fused_by_preset(preset)

    def judge(item):
        scores, pictures = ivf_scores.judge(item, source, given.get("align", False), metrics)
        return {source.name: scores}, pictures

    about = {"fused by": source.name, "infrared": str(infrared), "visible": str(visible)}
    if given.get("align"):
        about["aligned"] = "infrared onto visible, cropped to what both show"
    return Evaluation(metrics, items, left_over, about, judge)


def _metrics(given: dict[str, Any]) -> tuple[Metric, ...]:
    if "metrics" not in given:
        return metrics_for("ivf", "table1" if given.get("definitions") == "table1" else None)
    if "definitions" in given:
        raise UsageError("--metrics and --definitions: expected one of the two, found both; leave one out")
    return metrics_named("ivf", given["metrics"])
