"""What `cscfuse fuse` does for exposures of a scene."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from cscfuse_keras.cli import full_scale
from cscfuse_keras.cli.align import ALIGN
from cscfuse_keras.io.outputs import check_picture
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.tasks import mef_files, mef_plan
from cscfuse_keras.tasks.jobs import Job

UNIT = "scenes"
check_output = check_picture
OPTIONS = {
    "batch": click.option(
        "--batch",
        is_flag=True,
        default=None,
        help="mef: SOURCES is a folder of folders, each with a scene's exposures.",
    ),
    "align": ALIGN,
    "detail_gain": click.option(
        "--detail-gain",
        type=click.FloatRange(0),
        help="mef: factor on the finest detail: sharpness; 1 leaves it. Default: the preset's.",
    ),
    "stretch": click.option(
        "--stretch/--no-stretch",
        default=None,
        help="mef: make the darkest and brightest half percent black and white. Default: the preset's.",
    ),
    "full_scale": full_scale.OPTION,
}


def plan(sources: Sequence[Path], output: Path, given: dict[str, Any]) -> tuple[list[Job], list[tuple[Path, str]]]:
    """Scenes to fuse, and folders left over with the reason."""
    full_scale.check_bits(given)
    return mef_plan.plan(sources, output, given.get("batch", False))


def load(
    preset: str, runtime: Engine, overwrite: bool, room: dict[str, Any], given: dict[str, Any]
) -> Callable[[Job], None]:
    """Load the preset, and give what fuses a scene with it."""
    from cscfuse_keras.tasks.mef import MEFFuser

    gain = {"detail_gain": given["detail_gain"]} if "detail_gain" in given else {}
    fuser = MEFFuser(preset, runtime, given.get("stretch"), **room, **gain)
    tell = functools.partial(click.echo, err=True)
    align, scale = given.get("align", False), given.get("full_scale")
    return lambda job: mef_files.fuse_file(fuser, job, align, overwrite, tell, scale)
