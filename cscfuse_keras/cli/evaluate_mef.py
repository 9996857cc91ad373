"""What `cscfuse evaluate` does for exposures of scenes."""

from pathlib import Path
from typing import Any

import click
import cv2

from cscfuse_keras.cli import full_scale
from cscfuse_keras.cli.evaluation import Evaluation
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.errors import UsageError
from cscfuse_keras.metrics import metrics_for, model_metrics
from cscfuse_keras.tasks import mef_scores

REQUIRED = ("scenes",)
OPTIONS = {
    "scenes": click.option(
        "--scenes",
        type=click.Path(path_type=Path),
        help="mef: folder of folders, each with a scene's exposures. msf: folder of scenes, each a folder of band "
        "pictures and an RGB picture, or of bands.* and guide.*; or a .mat file that holds both.",
    ),
    "stretch": click.option(
        "--stretch/--no-stretch",
        default=None,
        help="mef: make the darkest and brightest half percent black and white. Default: the preset's.",
    ),
    "brisque_model": click.option(
        "--brisque-model",
        type=click.Path(path_type=Path),
        help="mef: judge by BRISQUE too, with this libsvm file; the file of the ranges must be beside it.",
    ),
    "niqe_model": click.option(
        "--niqe-model",
        type=click.Path(path_type=Path),
        help="mef: judge by NIQE too, with the pristine model in this MATLAB file.",
    ),
    "full_scale": full_scale.OF_FOLDERS,
}


def prepare(preset: str, fused: Path | None, output: Path, given: dict[str, Any]) -> Evaluation:
    """Find the scenes, and load the preset if there are no fused pictures to judge."""
    if fused and "stretch" in given:
        raise UsageError("--stretch and --fused: expected one of the two, found both; leave one out")
    full_scale.check_bits(given)
    metrics = (*metrics_for("mef", None), *model_metrics(given.get("brisque_model"), given.get("niqe_model")))
    items, left_over = mef_scores.plan(given["scenes"], output, fused, given.get("full_scale"))
    if fused:
        source = mef_scores.fused_from_folder(fused)
    else:
        load_keras()
        source = mef_scores.fused_by_preset(preset, given.get("stretch"))
    about = {
        "fused by": source.name,
        "beside it": f"{mef_scores.MERTENS} {cv2.__version__} with its default weights",
        "scenes": str(given["scenes"]),
    }
    return Evaluation(metrics, items, left_over, about, lambda scene: mef_scores.judge(scene, source, metrics))
