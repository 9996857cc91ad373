"""`cscfuse evaluate`: scores of fused pictures."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from cscfuse_keras import __version__
from cscfuse_keras.cli import evaluate_ivf, evaluate_mef, evaluate_msf
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.evaluation import Evaluation
from cscfuse_keras.cli.task_options import check_required, given_options, task_options
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io.locks import locked
from cscfuse_keras.report import EvaluationReport, ScoreTable
from cscfuse_keras.tasks.parallel import in_order

TASKS = {"ivf": evaluate_ivf, "mef": evaluate_mef, "msf": evaluate_msf}
OPTIONS = {task: module.OPTIONS for task, module in TASKS.items()}


@click.command()
@click.option(
    "--task",
    type=click.Choice(list(TASKS)),
    required=True,
    help="ivf: infrared and visible. mef: several exposures of a scene. msf: many bands of low resolution and a guide.",
)
@task_options(OPTIONS)
@click.option("--preset", help="Preset (or .keras file) that fuses. Default: the task's preset.")
@click.option("--fused", type=click.Path(path_type=Path), help="Folder of fused pictures to judge instead.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the report.")
@click.option("--overwrite", is_flag=True, help="Replace a report that is there.")
def evaluate(task, preset, fused, output, overwrite, **options) -> None:
    """Judge fused pictures: a table on screen, scores.csv, scores.json, and index.html with the pictures side by side.

    ivf: pictures of --infrared, --visible and --fused pair by file stem. Metrics see luma with 8 bits, rounded.

    mef: pictures of --fused are named after the folders in --scenes. Mertens' fusion, by OpenCV, is judged beside.
    Metrics see colour or grey with 8 bits, rounded; BRISQUE and NIQE need a model file.

    msf: scenes are degraded (Wald's protocol), so that the truth is known, and fused by the preset, by interpolation,
    GSA and MTF-GLP. With --full-resolution they are fused as they are, and judged without a truth.
    """
    given = given_options(OPTIONS, task, options)
    check_required(task, TASKS[task].REQUIRED, given)
    if preset and fused:
        raise UsageError("--preset and --fused: expected one of the two, found both; leave one out")
    evaluation = TASKS[task].prepare(preset or task, fused, output, given)
    about = {
        **evaluation.about,
        "version": f"cscfuse-keras {__version__}",
        "command": "cscfuse " + " ".join(sys.argv[1:]),
    }
    with (
        locked(output),
        EvaluationReport(output, evaluation.metrics, about=about, overwrite=overwrite) as report,
    ):
        failures = _judge_all(evaluation, report)
        if not report.items:
            _tell(evaluation.left_over, failures)
            raise InputError(
                f"expected something to judge, found that all {len(failures)} failed; no report is written"
            )
    Console().print(ScoreTable(report.items, evaluation.metrics))
    click.echo(str(output / "index.html"))
    _tell(evaluation.left_over, failures)
    if failures or evaluation.left_over:
        sys.exit(InputError.exit_code)


def _judge_all(evaluation: Evaluation, report: EvaluationReport) -> list[InputError]:
    """Judge all items, some side by side; give the problems of those that cannot be, which do not stop the rest."""
    failures = []
    judged = in_order(evaluation.judge, evaluation.items)
    console = Console(stderr=True)
    for item, outcome in track(judged, "judging", len(evaluation.items), console=console, transient=True):
        try:
            scores, pictures = outcome.result()
        except InputError as problem:
            failures.append(problem)
        else:
            report.add(item.name, scores, pictures)
    return failures


def _tell(left_over: Iterable[tuple[Path, str]], failures: Iterable[InputError]) -> None:
    for path, reason in left_over:
        click.echo(f"skipped: {one_line(InputError(f'{path}: {reason}'))}", err=True)
    for problem in failures:
        click.echo(f"failed: {one_line(problem)}", err=True)
