"""`cscfuse manifest`: list what lies in folders, for `cscfuse batch`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from cscfuse_keras.batch.manifest import Entry, check_suffix, write_manifest
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.task_options import check_required, given_options, task_options
from cscfuse_keras.errors import InputError
from cscfuse_keras.io.cubes import NAMED
from cscfuse_keras.io.outputs import check_absent
from cscfuse_keras.io.pairs import list_files, pair_by_stem
from cscfuse_keras.io.paths import check_found
from cscfuse_keras.io.pictures import FORMATS
from cscfuse_keras.tasks import mef_plan

Listed = tuple[list[Entry], list[tuple[Path, str]]]


def _folder(name: str, holds: str) -> Callable:
    return click.option(f"--{name}", type=click.Path(path_type=Path), help=f"{holds}.")


OPTIONS = {
    "ivf": {
        "infrared": _folder("infrared", "ivf: folder of infrared pictures"),
        "visible": _folder("visible", "ivf: folder of visible pictures, which pair by stem"),
    },
    "mef": {"scenes": _folder("scenes", "mef: folder of folders, each with a scene's exposures")},
    "msf": {
        "low_resolution": _folder(
            "low-resolution", "msf: folder of images of many bands: files, or folders of band pictures"
        ),
        "guide": _folder("guide", "msf: folder of sharp images, which pair by stem"),
    },
}


@click.command()
@click.option("--task", type=click.Choice(list(OPTIONS)), required=True, help="What the items are; see cscfuse fuse.")
@task_options(OPTIONS)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="File to write: .csv, .jsonl or .parquet."
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
def manifest(task, output, overwrite, **folders) -> None:
    """List what folders hold, as cscfuse fuse would pair it, for cscfuse batch."""
    given = given_options(OPTIONS, task, folders)
    check_required(task, OPTIONS[task], given)
    check_suffix(output)
    check_absent(output, overwrite)
    for folder in given.values():
        check_found(folder, "a folder")
    entries, left_over = LISTS[task](**given)
    if not entries:
        raise InputError(
            f"{', '.join(map(str, given.values()))}: expected items to list, found none; check the folders"
        )
    write_manifest(output, task, entries)
    for path, reason in left_over:
        click.echo(f"skipped: {one_line(InputError(f'{path}: {reason}'))}", err=True)
    click.echo(f"{one_line(output)}: {len(entries)} items, {len(left_over)} skipped")
    if left_over:
        sys.exit(InputError.exit_code)


def _infrared_visible(infrared: Path, visible: Path) -> Listed:
    pairs, left_over = pair_by_stem(infrared, visible)
    return [Entry(stem, (first, second)) for stem, first, second in pairs], left_over


def _exposures(scenes: Path) -> Listed:
    # Where the results go does not matter yet.
    jobs, left_over = mef_plan.plan([scenes], scenes, batch=True)
    return [Entry(job.name, job.sources) for job in jobs], left_over


def _many_bands(low_resolution: Path, guide: Path) -> Listed:
    pairs, left_over = pair_by_stem(low_resolution, guide, _images)
    return [Entry(f"{stem}-fused", (first, second)) for stem, first, second in pairs], left_over


def _images(folder: str | os.PathLike) -> list[Path]:
    """Files of images and arrays, and folders of band pictures."""
    return list_files(folder, lambda path: path.is_dir() or path.suffix.lower() in {*FORMATS, *NAMED})


LISTS: dict[str, Callable[..., Listed]] = {"ivf": _infrared_visible, "mef": _exposures, "msf": _many_bands}
