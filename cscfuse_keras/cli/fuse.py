"""`cscfuse fuse`: fused pictures from files."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.tasks.ivf_files import check_outputs, fuse_files, plan

RULES = click.Choice(["saliency", "l1_norm", "average", "sum"])


@click.command()
@click.option("--task", type=click.Choice(["ivf"]), required=True, help="ivf: infrared and visible.")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File or folder to write.")
@click.option("--preset", help="Name of a shipped preset, or a .keras file. Default: the task's preset.")
@click.option("--rule-base", type=RULES, help="ivf: how base codes are merged. Default: the preset's.")
@click.option("--rule-detail", type=RULES, help="ivf: how detail codes are merged. Default: the preset's.")
@click.option(
    "--gain",
    type=click.FloatRange(0, min_open=True),
    help="ivf: factor on merged codes: contrast and sharpness.",
)
@click.option("--runtime", default="auto", show_default=True, help="What computes: auto or keras.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
def fuse(task, sources, output, preset, rule_base, rule_detail, gain, runtime, overwrite) -> None:
    """Fuse SOURCES into OUTPUT.

    ivf: INFRARED VISIBLE, two registered pictures of one size, or two folders whose pictures pair by stem. The result
    has depth, colour, EXIF and colour profile of the visible picture.
    """
    if len(sources) != 2:
        raise UsageError(f"--task ivf: expected two sources, INFRARED and VISIBLE, found {len(sources)}")
    jobs, left_over = plan(*sources, output)
    check_outputs(jobs, overwrite)
    settings = {"base_rule": rule_base, "detail_rule": rule_detail, "base_gain": gain, "detail_gain": gain}
    chosen = {name: value for name, value in settings.items() if value is not None}
    load_keras()
    from cscfuse_keras.tasks.ivf import IVFFuser

    fuser = IVFFuser(preset or task, runtime, **chosen)
    console = Console(stderr=True)
    results = track(
        fuse_files(fuser, jobs, overwrite),
        "fusing",
        len(jobs),
        console=console,
        disable=len(jobs) < 2,
        transient=True,
    )
    failures = [(job.name, problem) for job, problem in results if problem is not None]
    _finish(jobs, failures, left_over)


def _finish(jobs, failures, left_over) -> None:
    """Say what was done; leave with the code of the first failure if there was one."""
    if len(jobs) == 1 and not left_over:
        if failures:
            raise failures[0][1]
        click.echo(str(jobs[0].output))
        return
    for path, reason in left_over:
        click.echo(f"skipped: {one_line(InputError(f'{path}: {reason}'))}", err=True)
    for _, problem in failures:
        click.echo(f"failed: {one_line(problem)}", err=True)
    folder = jobs[0].output.parent if jobs else None
    where = f" into {folder}" if folder else ""
    click.echo(
        f"fused {len(jobs) - len(failures)} pairs{where}, {len(failures)} failed, {len(left_over)} files skipped"
    )
    if failures or left_over or not jobs:
        sys.exit(failures[0][1].exit_code if failures else InputError.exit_code)
