"""`cscfuse fuse`: fused pictures from files."""

import contextlib
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from cscfuse_keras.cli import fuse_ivf, fuse_mef, fuse_msf
from cscfuse_keras.cli.cluster_options import check_engine, cluster_options, joined
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.fuse_on_ray import check_one_scene, spread_on
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.cli.task_options import given_options, task_options
from cscfuse_keras.errors import InputError
from cscfuse_keras.io import limits
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.paths import existing_folder
from cscfuse_keras.runtimes.engines import computes_with_keras, engine_for
from cscfuse_keras.tasks.jobs import Skipped, check_outputs, run_all
from cscfuse_keras.tasks.memory import Memory

TASKS = {"ivf": fuse_ivf, "mef": fuse_mef, "msf": fuse_msf}
OPTIONS = {name: task.OPTIONS for name, task in TASKS.items()}


@click.command()
@click.option(
    "--task",
    type=click.Choice(list(TASKS)),
    required=True,
    help="ivf: infrared and visible. mef: several exposures of a scene. msf: many bands of low resolution and a guide.",
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File or folder to write.")
@click.option("--preset", help="Name of a shipped preset, or a .keras file. Default: the task's preset.")
@task_options(OPTIONS)
@click.option(
    "--runtime",
    default="auto",
    show_default=True,
    help="What computes: keras, openvino or litert; auto takes the fastest that is installed.",
)
@click.option("--threads", type=click.IntRange(1), help="Processor threads. Default: all.")
@click.option(
    "--precision",
    default="float32",
    show_default=True,
    help="Of the arithmetic: float32, or bfloat16 with openvino, which is off by up to three grey levels.",
)
@click.option(
    "--tile",
    type=click.IntRange(1),
    help="Longest side of the tiles that large pictures are cut into, in pixels; smaller ones take less memory and "
    "more time, and give the same result. Default: 1024, for msf 512, for ivf-paper 640, less where memory is short.",
)
@click.option(
    "--memory-limit",
    help="Memory that the process may take, such as 2GB; what does not fit lies in scratch files beside the output. "
    f"Default: {limits.MEMORY_VARIABLE} of the environment, or half of the machine's.",
)
@click.option(
    "--max-pixels",
    help="Largest width x height of a picture, such as 400M: what a file's header claims is not trusted beyond that. "
    f"Default: {limits.PIXELS_VARIABLE} of the environment, or 400M.",
)
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@cluster_options
def fuse(
    task,
    sources,
    output,
    preset,
    runtime,
    threads,
    precision,
    tile,
    memory_limit,
    max_pixels,
    overwrite,
    engine,
    workers,
    address,
    cpus,
    gpus,
    **options,
) -> None:
    """Fuse SOURCES into OUTPUT.

    ivf: INFRARED VISIBLE, two registered pictures of one size, or two folders whose pictures pair by stem; --align
    brings others into register. The result has depth, colour, EXIF and colour profile of the visible picture. Or two
    videos of one size: OUTPUT is then a .mp4, .mov, .mkv or .webm file, with times, colour and sound of VISIBLE.

    mef: two or more exposures of a scene, in any order, or one folder of them; with --batch, a folder of such folders.
    They must have one size and depth. The result has EXIF, without the exposure, and colour profile of the exposure in
    the middle. In a folder it is named after the scene's folder, or FIRST-fused after the first picture.

    msf: LOWRES GUIDE, an image of many bands and a sharp one of the same area, a whole number of times larger: two
    GeoTIFF files, or each a folder of band pictures, a .npy, .mat, .h5 or TIFF file or a picture. The result is a
    GeoTIFF file, or a .npy, .tif or .mat file by its name; it has the depth of LOWRES. With --engine ray the tiles of
    GeoTIFF files are spread over a cluster; for many pictures see cscfuse batch.
    """
    given = given_options(OPTIONS, task, options)
    check_engine(engine, workers=workers, address=address, cpus=cpus, gpus=gpus)
    with limits.limited(
        pixels=limits.parse_amount(max_pixels, "--max-pixels") if max_pixels else None,
        memory=limits.parse_amount(memory_limit, "--memory-limit") if memory_limit else None,
    ):
        jobs, left_over = TASKS[task].plan(sources, output, given)
        if engine == "ray":
            check_one_scene(task, jobs)
        check_outputs(jobs, overwrite, TASKS[task].check_output)
        load_keras(computes_with_keras(runtime) or "adapt" in given)
        computing = engine_for(runtime, threads, precision)
        room = {"tile": tile, "memory": Memory(folder=existing_folder(output))}
        with contextlib.ExitStack() as stack:
            if engine == "ray":
                on_cluster = stack.enter_context(joined(address, workers, cpus, gpus))
                given["spread"] = spread_on(on_cluster, runtime, threads, precision, memory_limit)
            # Two processes that fuse into one folder would do everything twice.
            if len(jobs) > 1:
                stack.enter_context(locked(output))
            problems = _run_all(jobs, TASKS[task].load(preset or task, computing, overwrite, room, given))
    if len(problems) < len(jobs):
        click.echo(f"runtime: {computing.description}", err=True)
    _finish(jobs, problems, left_over, TASKS[task].UNIT)


def _run_all(jobs, fuse_file) -> list[Exception]:
    """Fuse, and give the problems of jobs that failed or are left out."""
    console = Console(stderr=True)
    results = track(
        run_all(jobs, fuse_file),
        "fusing",
        len(jobs),
        console=console,
        # Elsewhere it would leave an empty line.
        disable=len(jobs) < 2 or not console.is_terminal,
        transient=True,
    )
    return [problem for _, problem in results if problem is not None]


def _finish(jobs, problems, left_over, unit) -> None:
    """Say what was done; leave with the code of the first failure if there was one."""
    skipped = [problem for problem in problems if isinstance(problem, Skipped)]
    failures = [problem for problem in problems if problem not in skipped]
    if len(jobs) == 1 and not left_over:
        if failures:
            raise failures[0]
        if not skipped:
            click.echo(one_line(jobs[0].output))
            return
    for path, reason in left_over:
        click.echo(f"skipped: {one_line(InputError(f'{path}: {reason}'))}", err=True)
    for problem in skipped:
        click.echo(f"skipped: {one_line(problem)}", err=True)
    for problem in failures:
        click.echo(f"failed: {one_line(problem)}", err=True)
    folder = jobs[0].output.parent if jobs else None
    where = f" into {one_line(folder)}" if folder else ""
    omitted = len(left_over) + len(skipped)
    click.echo(f"fused {len(jobs) - len(problems)} {unit}{where}, {len(failures)} failed, {omitted} skipped")
    if failures or left_over or not jobs:
        sys.exit(failures[0].exit_code if failures else InputError.exit_code)
