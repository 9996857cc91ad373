"""`cscfuse evaluate`: scores of fused pictures."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from cscfuse_keras import __version__
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.tasks.ivf_scores import fused_by_preset, fused_from_folder, judge, plan


@click.command()
@click.option("--task", type=click.Choice(["ivf"]), required=True, help="ivf: infrared and visible.")
@click.option("--infrared", required=True, type=click.Path(path_type=Path), help="Folder of infrared pictures.")
@click.option("--visible", required=True, type=click.Path(path_type=Path), help="Folder of visible pictures.")
@click.option("--preset", help="Preset (or .keras file) that fuses. Default: the task's preset.")
@click.option("--fused", type=click.Path(path_type=Path), help="Folder of fused pictures to judge instead.")
@click.option(
    "--definitions",
    type=click.Choice(["table1", "all"]),
    default="all",
    show_default=True,
    help="table1: the seven of the paper's Table 1, as defined there. all: further ones too.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the report.")
@click.option("--overwrite", is_flag=True, help="Replace a report that is there.")
def evaluate(task, infrared, visible, preset, fused, definitions, output, overwrite) -> None:
    """Judge fused pictures: a table on screen, scores.csv, scores.json, and index.html with the pictures side by side.

    Pictures pair by file stem. Metrics see luma with 8 bits, rounded.
    """
    from cscfuse_keras.metrics import metrics_for
    from cscfuse_keras.report import EvaluationReport, ScoreTable

    if preset and fused:
        raise UsageError("--preset and --fused: expected one of the two, found both; leave one out")
    metrics = metrics_for(task, None if definitions == "all" else definitions)
    items, left_over = plan(infrared, visible, fused)
    if not fused:
        load_keras()
    source = fused_from_folder(fused) if fused else fused_by_preset(preset or task)
    about = {
        "fused by": source.name,
        "infrared": str(infrared),
        "visible": str(visible),
        "version": f"cscfuse-keras {__version__}",
        "command": "cscfuse " + " ".join(sys.argv[1:]),
    }
    failures = []
    with EvaluationReport(output, metrics, about=about, overwrite=overwrite) as report:
        for item in track(items, "judging", console=Console(stderr=True), transient=True):
            try:
                scores, pictures = judge(item, source)
            except InputError as problem:
                failures.append(problem)
            else:
                report.add(item.name, {source.name: scores}, pictures)
    Console().print(ScoreTable(report.items, metrics))
    click.echo(str(output / "index.html"))
    for path, reason in left_over:
        click.echo(f"skipped: {one_line(InputError(f'{path}: {reason}'))}", err=True)
    for problem in failures:
        click.echo(f"failed: {one_line(problem)}", err=True)
    if failures or left_over:
        sys.exit(InputError.exit_code)
