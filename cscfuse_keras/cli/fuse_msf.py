"""What `cscfuse fuse` does for a low-resolution image of many bands and its guide."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.outputs import check_cube
from cscfuse_keras.tasks import msf_files
from cscfuse_keras.tasks.jobs import Job

UNIT = "images"
check_output = check_cube
OPTIONS = {
    "full_scale": click.option(
        "--full-scale",
        type=click.FloatRange(0, min_open=True),
        help="msf: the sample value of LOWRES that means 1.0. Default: the largest of its integers. State what the "
        "sensor gives, 2047 for 11 bits kept in 16: presets were trained on values that fill the range. Needed for "
        "floating-point samples. Holds of GUIDE too where both have one sample type.",
    ),
    "guide_full_scale": click.option(
        "--guide-full-scale", type=click.FloatRange(0, min_open=True), help="msf: the same for GUIDE."
    ),
    "tile": click.option(
        "--tile",
        type=click.IntRange(1),
        help="msf: side of the tiles, in pixels of GUIDE; smaller ones take less memory and more time. Default: 512.",
    ),
}


def plan(sources: Sequence[Path], output: Path, given: dict[str, Any]) -> tuple[list[Job], list[tuple[Path, str]]]:
    """The image to fuse; nothing is left over."""
    if len(sources) != 2:
        raise UsageError(f"--task msf: expected two sources, LOWRES and GUIDE, found {len(sources)}; name these")
    return [msf_files.plan(*sources, output)], []


def load(preset: str, runtime: str, overwrite: bool, given: dict[str, Any]) -> Callable[[Job], None]:
    """Load the preset, and give what fuses an image with it."""
    from cscfuse_keras.tasks.msf import MSFFuser

    tile = {"tile": given["tile"]} if "tile" in given else {}
    fuser = MSFFuser(preset, runtime, **tile)
    progress = functools.partial(track, description="fusing", console=Console(stderr=True), transient=True)
    return lambda job: msf_files.fuse_file(fuser, job, given.get("full_scale"), given.get("guide_full_scale"), progress)
