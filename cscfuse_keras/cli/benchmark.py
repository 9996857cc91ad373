"""`cscfuse benchmark`: methods of fusion beside each other."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from cscfuse_keras import __version__
from cscfuse_keras.cli import benchmark_ivf, benchmark_mef, benchmark_msf
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.cli.task_options import given_options, task_options
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.outputs import check_folder
from cscfuse_keras.runtimes.engines import computes_with_keras

TASKS = {"ivf": benchmark_ivf, "mef": benchmark_mef, "msf": benchmark_msf}
OPTIONS = {task: module.OPTIONS for task, module in TASKS.items()}


@click.command()
@click.option(
    "--task",
    type=click.Choice(list(TASKS)),
    required=True,
    help="ivf: infrared and visible. mef: several exposures of a scene. msf: many bands of low resolution and a guide.",
)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="ivf: folder that holds the folders infrared and visible, or ir and vis, whose pictures pair by stem. mef: "
    "folder of folders, each with a scene's exposures. msf: folder of scenes, or a .mat file, as for cscfuse evaluate.",
)
@click.option(
    "--methods",
    metavar="NAMES",
    help="Methods, separated by commas: ours, ours-lite and so on for the task's presets, the names of other methods, "
    "a .keras file, or NAME=FOLDER for results that were made elsewhere, named after the items. Default: ours, "
    "ours-lite, and all methods of others.",
)
@click.option(
    "--metrics", metavar="NAMES", help="Metrics, separated by commas, or all. Default: those of cscfuse evaluate."
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the benchmark.")
@click.option(
    "--page-pictures",
    type=click.IntRange(0),
    default=8,
    show_default=True,
    help="Items whose pictures the page holds, evenly spread.",
)
@task_options(OPTIONS)
def benchmark(task, data, methods, metrics, output, page_pictures, **options) -> None:
    """Put methods beside each other on the same data: quality, time and memory.

    Writes a table (scores.csv, scores.json, table.tex) and one page with the pictures (index.html) into a folder, and
    every result into results in it. What is there already is not computed again, as long as the files, the method and
    the metrics are the same: a benchmark that was interrupted goes on, and another method costs only its own time.
    """
    given = given_options(OPTIONS, task, options)
    check_folder(output)
    load_keras(computes_with_keras("auto"))
    from cscfuse_keras.benchmark.methods import METHODS, find_methods
    from cscfuse_keras.benchmark.report import PAGE, summary, write_report
    from cscfuse_keras.benchmark.run import RESULTS, run

    if (output / PAGE).exists() and not (output / RESULTS).is_dir():
        raise UsageError(f"{output}: expected a benchmark's folder or none, found another {PAGE}; name another folder")
    chosen = find_methods(task, methods or ",".join(["ours", "ours-lite", *METHODS[task]]))
    columns = TASKS[task].metrics(metrics, given)
    items = TASKS[task].items(data, output, given)
    console = Console(stderr=True)

    def progress(each, what, count):
        shown = {"console": console, "transient": True, "disable": not (count and console.is_terminal)}
        return track(each, what, count, **shown)

    with locked(output):
        try:
            outcome = run(items, chosen, columns, output, progress)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"what is done is in {output / RESULTS}; the same command goes on there") from None
        about = {
            "task": task,
            "data": str(data),
            "timed on": "; ".join(outcome.machines) or "nothing",
            "version": f"cscfuse-keras {__version__}",
            "command": "cscfuse " + " ".join(sys.argv[1:]),
        }
        pictured = progress(outcome.evenly(page_pictures), "drawing the page", page_pictures)
        write_report(output, items, outcome, columns, about, pictured)
    Console().print(summary(outcome, columns))
    click.echo(str(output / PAGE))
    for path, reason in items.left_over:
        click.echo(f"skipped: {one_line(InputError(f'{path}: {reason}'))}", err=True)
    for problem in outcome.failures:
        click.echo(f"failed: {one_line(problem)}", err=True)
    if outcome.failures or items.left_over:
        sys.exit(InputError.exit_code)
