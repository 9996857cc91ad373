"""`cscfuse batch`: fuse what a manifest lists, on this machine or on many."""

import contextlib
import functools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from cscfuse_keras import __version__
from cscfuse_keras.batch.living import wait_for_workers
from cscfuse_keras.batch.local import default_workers, run_local
from cscfuse_keras.batch.manifest import check_suffix, read_manifest
from cscfuse_keras.batch.on_ray import run_on_ray
from cscfuse_keras.batch.page import PAGE, write_report
from cscfuse_keras.batch.places import Folder, Place, is_url, place_of
from cscfuse_keras.batch.plan import check_settings, plan
from cscfuse_keras.batch.record import ENDED, Record
from cscfuse_keras.batch.work import DONE, FAILED, SKIPPED, Item, Outcome, Work
from cscfuse_keras.cli import fuse_ivf, fuse_mef, fuse_msf
from cscfuse_keras.cli.cluster_options import check_engine, cluster_options, joined
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.cli.task_options import given_options, task_options
from cscfuse_keras.errors import UsageError
from cscfuse_keras.io import limits
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.paths import existing_folder
from cscfuse_keras.runtimes.engines import computes_with_keras, engine_for
from cscfuse_keras.tasks import msf_files
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.memory import Memory

TASKS = {"ivf": fuse_ivf, "mef": fuse_mef, "msf": fuse_msf}
_OF_ONE = {"batch", "align_report", "adapt", "adapt_minutes", "adapt_save", "degradation", "sensor"}
"""Options of `cscfuse fuse` that are about one item, or about folders."""

OPTIONS = {
    name: {option: decorator for option, decorator in task.OPTIONS.items() if option not in _OF_ONE}
    for name, task in TASKS.items()
}
RECORD = "batch.db"
_MOST_SHOWN = 20


@click.command()
@click.option("--task", type=click.Choice(list(TASKS)), required=True, help="What the items are; see cscfuse fuse.")
@click.option(
    "--manifest",
    required=True,
    type=click.Path(path_type=Path),
    help="List of what to fuse: .csv, .jsonl or .parquet, as cscfuse manifest writes it.",
)
@click.option("-o", "--output", required=True, help="Folder to write to, or a URL such as s3://bucket/folder.")
@cluster_options
@click.option("--preset", help="Name of a shipped preset, or a .keras file. Default: the task's preset.")
@task_options(OPTIONS)
@click.option("--runtime", default="auto", show_default=True, help="What computes; see cscfuse fuse.")
@click.option(
    "--threads", type=click.IntRange(1), help="Processor threads of a worker. Default: its share of the processors."
)
@click.option("--precision", default="float32", show_default=True, help="Of the arithmetic; see cscfuse fuse.")
@click.option("--tile", type=click.IntRange(1), help="Longest side of tiles; see cscfuse fuse.")
@click.option(
    "--memory-limit", help="Memory that a worker may take, such as 2GB. Default: its share of half of the machine's."
)
@click.option("--max-pixels", help="Largest width x height of a picture; see cscfuse fuse.")
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    help=f"File that keeps what has become of every item. Default: {RECORD} in OUTPUT; needed where that is a URL.",
)
@click.option("--retry", is_flag=True, help="Try again what failed in an earlier run.")
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace outputs that exist, and make those anew whose inputs, preset or options changed.",
)
def batch(
    task,
    manifest,
    output,
    engine,
    workers,
    address,
    cpus,
    gpus,
    preset,
    runtime,
    threads,
    precision,
    tile,
    memory_limit,
    max_pixels,
    record,
    retry,
    overwrite,
    **options,
) -> None:
    """Fuse everything that a manifest lists.

    A run that was stopped or killed, anywhere, goes on with the same command: what is done is not done again. An item
    whose worker dies is tried again, three times in all. What fails does not stop the rest; it is listed on OUTPUT's
    page (index.html) and in failures.csv.
    """
    given = given_options(OPTIONS, task, options)
    check_engine(engine, address=address, cpus=cpus, gpus=gpus)
    check_suffix(manifest)
    place = place_of(output)
    record_path = _record_path(record, output, place)
    amounts = {
        name: limits.parse_amount(text, flag) if text else None
        for name, text, flag in (("memory", memory_limit, "--memory-limit"), ("pixels", max_pixels, "--max-pixels"))
    }
    with limits.limited(**amounts), contextlib.ExitStack() as stack:
        settings = _settings(task, preset or task, runtime, precision, tile, given)
        stack.enter_context(locked(place.folder) if isinstance(place, Folder) else _locked_record(record_path))
        _check_page(record_path, overwrite)
        lock = record_path.with_name(f"{record_path.name}.workers")
        wait_for_workers(lock)
        # Left for the next run if this one is killed.
        stack.callback(lock.unlink, missing_ok=True)
        book = stack.enter_context(Record(record_path))
        check_settings(book, settings, overwrite)
        run = plan(book, read_manifest(manifest, task), task, place, overwrite, retry)
        before = book.counts(run)
        processors = os.cpu_count() or 1
        if engine == "ray":
            on_cluster = stack.enter_context(joined(address, workers, cpus, gpus))
            workers, cpus, gpus = on_cluster.workers, on_cluster.cpus, on_cluster.gpus
            threads, share = threads or on_cluster.threads, None
            run_items: Callable[[Iterator[Item], Work], Iterator[Outcome]] = functools.partial(
                run_on_ray, workers=workers, cpus=cpus, gpus=gpus
            )
        else:
            workers = workers or default_workers()
            threads, share = threads or max(1, processors // workers), limits.current().memory // workers
            run_items = functools.partial(run_local, workers=workers)
        work = Work(
            functools.partial(load, task, preset or task, runtime, threads, precision, tile, output, given),
            functools.partial(job_of, task),
            output if is_url(output) else str(Path(output).absolute()),
            lock.absolute(),
            _environment(amounts["memory"] or share, amounts["pixels"]),
        )
        start = time.monotonic()
        about = {"workers": f"{workers}, {engine}", "version": f"cscfuse-keras {__version__}", **settings}
        try:
            _run(book, run, before, lambda items: run_items(items, work))
        except KeyboardInterrupt:
            done = book.counts(run).get(DONE, 0)
            raise KeyboardInterrupt(f"{done} of {sum(before.values())} done; the same command goes on") from None
        finally:
            about |= _speed(before, book.counts(run), time.monotonic() - start)
            write_report(record_path.absolute().parent, book, run, about)
        _finish(book, run, before, task, output, record_path.parent / PAGE)


def _record_path(record: Path | None, output: str, place: Place) -> Path:
    if record is not None:
        return record
    if isinstance(place, Folder):
        return place.folder / RECORD
    raise UsageError(
        f"{output}: expected --record with a URL, found none; name a file on this machine, such as {RECORD}"
    )


def _check_page(record: Path, overwrite: bool) -> None:
    """Refuse to replace a page that is not a batch's."""
    page = record.parent / PAGE
    if page.exists() and not record.exists() and not overwrite:
        raise UsageError(
            f"{page}: expected no page there, found one that is of no batch; add --overwrite or name another folder"
        )


def _locked_record(path: Path) -> contextlib.AbstractContextManager[None]:
    return locked(path.absolute().parent, path.name)


def _settings(
    task: str, preset: str, runtime: str, precision: str, tile: int | None, given: dict[str, Any]
) -> dict[str, str]:
    """What results depend on beside the inputs."""
    load_keras(computes_with_keras(runtime))
    from cscfuse_keras.models.presets import file_hash, preset_file

    # The name of what computes, without the number of threads: it changes nothing.
    engine_for(runtime, 1, precision)
    return {
        "task": task,
        "preset": f"{preset}, SHA-256 {file_hash(preset_file(preset))}",
        "runtime": f"{'keras' if computes_with_keras(runtime) else runtime.replace('auto', 'openvino')}, {precision}",
        "options": json.dumps(given | ({"tile": tile} if tile else {}), sort_keys=True, default=str),
    }


def load(task, preset, runtime, threads, precision, tile, output, given) -> Callable[[Job], None]:
    """What fuses a job, in a worker."""
    load_keras(computes_with_keras(runtime))
    room = {"tile": tile, "memory": Memory(folder=None if is_url(output) else existing_folder(Path(output)))}
    # Whether an output may be there is settled before: see `cscfuse_keras.batch.plan`.
    return TASKS[task].load(preset, engine_for(runtime, threads, precision), True, room, given)


def job_of(task: str, sources: tuple[Path, ...], path: Path) -> Job:
    """What to fuse into a file."""
    return msf_files.plan(*sources, path) if task == "msf" else Job(path.stem, sources, path)


def _environment(memory: int | None, pixels: int | None) -> dict[str, str]:
    stated = {limits.MEMORY_VARIABLE: memory, limits.PIXELS_VARIABLE: pixels}
    return {name: str(amount) for name, amount in stated.items() if amount is not None}


class _Rate(ProgressColumn):
    """Items a second."""

    def render(self, task: Task) -> Text:
        """Give the rate of the last moments."""
        return Text(f"{task.speed:.3g}/s" if task.speed else "", style="progress.data.speed")


def _run(book: Record, run: int, before: dict[str, int], run_items) -> None:
    console = Console(stderr=True)
    columns = [TextColumn("fusing"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        ended = sum(before.get(state, 0) for state in ENDED)
        bar = progress.add_task("fusing", total=sum(before.values()), completed=ended)
        # Nothing is started where nothing is left.
        if ended == sum(before.values()):
            return
        with contextlib.closing(run_items(book.left(run))) as outcomes:
            for outcome in outcomes:
                book.end(outcome)
                progress.advance(bar)


def _speed(before: dict[str, int], after: dict[str, int], seconds: float) -> dict[str, str]:
    done = sum(after.get(state, 0) - before.get(state, 0) for state in ENDED)
    rate = f", {done / seconds:.3g} items a second" if done else ""
    return {"last run": f"{done:,} items in {seconds:.0f} s{rate}"}


def _finish(book: Record, run: int, before: dict[str, int], task: str, output: str, page: Path) -> None:
    """Say what was done; leave with the code of the first failure if there was one."""
    code = 0
    for number, (_, problem, exit_code) in enumerate(book.problems(run)):
        code = code or exit_code or 1
        if number < _MOST_SHOWN:
            click.echo(f"failed: {one_line(problem)}", err=True)
    counts = book.counts(run)
    if (more := counts.get(FAILED, 0) - _MOST_SHOWN) > 0:
        click.echo(f"failed: {more} more, see {one_line(page)}", err=True)
    new = counts.get(DONE, 0) - before.get(DONE, 0)
    click.echo(
        f"fused {new} {TASKS[task].UNIT} into {one_line(output)}, {counts.get(FAILED, 0)} failed, "
        f"{counts.get(SKIPPED, 0)} skipped, {before.get(DONE, 0)} were done before"
    )
    click.echo(one_line(page))
    if code:
        sys.exit(code)
