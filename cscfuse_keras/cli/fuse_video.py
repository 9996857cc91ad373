"""What `cscfuse fuse --task ivf` does for a pair of videos."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.outputs import Identity, check_file
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.video.writing import DEFAULT_CRF, ENCODERS, LARGEST_CRF, encoder

OPTIONS = {
    "crf": click.option(
        "--crf",
        type=click.IntRange(0, LARGEST_CRF),
        help=f"ivf, videos: quality, from 0 (no loss) to {LARGEST_CRF} (small files). Default: {DEFAULT_CRF}.",
    ),
    "time_offset": click.option(
        "--time-offset",
        type=float,
        help="ivf, videos: seconds after the first picture of VISIBLE that the first one of INFRARED was taken; "
        "negative if it was taken before. Default: 0.",
    ),
}
_OF_PICTURES = ("align", "full_scale", "infrared_full_scale")


def is_video(output: Path) -> bool:
    """Whether a file to be written is a video, by its suffix."""
    return output.suffix.lower() in ENCODERS


def check_output(output: Path, inputs: Collection[Identity], overwrite: bool) -> None:
    """Refuse a video that cannot be written, or may not be.

    Raises:
        UsageError: it is an input, or a folder, or exists.
        EnvironmentProblem: there is no PyAV, or no encoder, or its folder cannot be written to.
    """
    encoder(output)
    check_file(output, inputs, overwrite)


def check_options(output: Path, given: dict[str, Any]) -> None:
    """Refuse options of videos for pictures, and of pictures for videos.

    Raises:
        UsageError: there is one.
    """
    video = is_video(output)
    names = ", ".join(ENCODERS)
    for name in _OF_PICTURES if video else OPTIONS:
        if name in given:
            flag = f"--{name.replace('_', '-')}"
            expected = "pictures" if video else f"a video as OUTPUT ({names})"
            raise UsageError(f"{flag}: expected with {expected}, found with {output.name}; leave it out")


def fuse_file(fuser: Any, job: Job, given: dict[str, Any]) -> None:
    """Fuse a pair of videos, with a bar of progress on a terminal."""
    from cscfuse_keras.video.fusing import fuse_videos

    console = Console(stderr=True)
    columns = TextColumn("fusing"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    start = time.perf_counter()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task("", total=None)
        frames = fuse_videos(
            fuser,
            *job.sources,
            job.output,
            crf=given.get("crf", DEFAULT_CRF),
            time_offset=given.get("time_offset", 0.0),
            told=lambda seconds, length: progress.update(bar, completed=seconds, total=length or None),
        )
    click.echo(f"fused {frames} frames, {frames / (time.perf_counter() - start):.1f} a second", err=True)
