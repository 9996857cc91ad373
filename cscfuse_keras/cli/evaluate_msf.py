"""What `cscfuse evaluate` does for images of many bands and their guides."""

from pathlib import Path
from typing import Any

import click

from cscfuse_keras.cli import evaluate_mef, full_scale
from cscfuse_keras.cli.evaluation import Evaluation
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.errors import UsageError
from cscfuse_keras.metrics import metrics_for
from cscfuse_keras.tasks.parallel import one_at_a_time

REQUIRED = ("scenes",)
OPTIONS = {
    "scenes": evaluate_mef.OPTIONS["scenes"],
    "degradation": click.option(
        "--degradation",
        type=click.Choice(["mtf", "nearest"]),
        help="msf: low-pass matched to the sensor, or every pixel at the scale's distance as it is. Default: mtf.",
    ),
    "sensor": click.option("--sensor", help="msf: that took the scenes, such as ikonos. Default: generic."),
    "full_scale": full_scale.OF_FOLDERS,
    "guide_full_scale": click.option(
        "--guide-full-scale", type=click.FloatRange(0, min_open=True), help="msf: the same for the guide."
    ),
    "full_resolution": click.option(
        "--full-resolution",
        is_flag=True,
        default=None,
        help="msf: fuse the scenes as they are, and judge by QNR, which needs no truth.",
    ),
}


def prepare(preset: str, fused: Path | None, output: Path, given: dict[str, Any]) -> Evaluation:
    """Find the scenes, and load the preset."""
    if fused:
        raise UsageError("--fused: expected with --task ivf or mef, found with --task msf; give --preset")
    load_keras()
    from cscfuse_keras.tasks import msf_scores
    from cscfuse_keras.tasks.msf import MSFFuser

    sensor, degradation = given.get("sensor", "generic"), given.get("degradation", "mtf")
    scenes = msf_scores.plan(given["scenes"], sensor, given.get("full_scale"), given.get("guide_full_scale"))
    fuser = MSFFuser(preset)
    full = bool(given.get("full_resolution"))
    judge = msf_scores.judge_as_it_is if full else msf_scores.judge_degraded
    scale, name = fuser.runtime.scale, fuser.preset.name
    metrics = [row for row in metrics_for("msf", None) if row.sees == ("inputs" if full else "truth")]
    about = {
        "fused by": name,
        "beside it": "bilinear and bicubic interpolation; Gram-Schmidt with the intensity by regression (GSA); "
        "MTF-matched generalized Laplacian pyramid with injection by regression (MTF-GLP)",
        "scenes": str(given["scenes"]),
        "resolution": "full, no truth" if full else f"reduced by {scale}, degradation {degradation}",
        "sensor": sensor,
        "renderings": "black and white where half a percent of the truth's (or the low-resolution image's) pixels end",
        **({} if full else {"errors": "absolute, mean over the bands, full scale 1; of a scene, all on one scale"}),
    }
    # A scene of many bands fills memory as it is: two at once would need twice as much.
    alone = one_at_a_time(lambda scene: judge(scene, name, fuser, scale, degradation))
    return Evaluation(metrics, scenes, [], about, alone)
