"""The page of a batch: how far it is, how fast it was, and what failed."""

import csv
import io
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

from cscfuse_keras.batch.record import Record
from cscfuse_keras.batch.work import DONE, FAILED, SKIPPED
from cscfuse_keras.io.atomic import write_text
from cscfuse_keras.report.document import document, facts, text

PAGE = "index.html"
FAILURES = "failures.csv"
MOST_LISTED = 500
"""Lines of each list on the page; all failures are in the CSV file."""


def write_report(folder: Path, record: Record, run: int, about: Mapping[str, str]) -> None:
    """Write `index.html`, and `failures.csv` if anything failed, in place of those that are there.

    Args:
        folder: for both.
        record: of the batch.
        run: whose items are counted.
        about: what the page says beside.
    """
    counts = record.counts(run)
    write_text(folder / PAGE, _page(record, run, counts, about))
    if counts.get(FAILED):
        write_text(folder / FAILURES, _failures(record, run))
    else:
        (folder / FAILURES).unlink(missing_ok=True)


def _failures(record: Record, run: int) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["output", "exit_code", "problem"])
    writer.writerows((output, exit_code, problem) for output, problem, exit_code in record.problems(run))
    return lines.getvalue()


def _page(record: Record, run: int, counts: Mapping[str, int], about: Mapping[str, str]) -> str:
    total, ended = sum(counts.values()), sum(counts.get(state, 0) for state in (DONE, FAILED, SKIPPED))
    title = f"Batch of {total:,} item{'s' if total != 1 else ''}"
    stopped = f'<p class="warning">{total - ended:,} are left; the same command goes on.</p>' if ended < total else ""
    told = {
        "done": f"{counts.get(DONE, 0):,}",
        "failed": f"{counts.get(FAILED, 0):,}",
        "skipped": f"{counts.get(SKIPPED, 0):,}",
        "left": f"{total - ended:,}",
        "time an item": f"{record.mean_seconds(run):.3f} s in a worker" if counts.get(DONE) else "",
        **about,
    }
    lists = [
        _table("Failed", ((output, problem) for output, problem, _ in record.problems(run)), counts.get(FAILED, 0)),
        _table(
            "Left out",
            ((output, problem) for output, problem, _ in record.problems(run, SKIPPED)),
            counts.get(SKIPPED, 0),
        ),
        _table("Warned of", record.notes(run)),
    ]
    about_run = facts({name: value for name, value in told.items() if value})
    return document(title, f"<h1>{text(title)}</h1>\n{stopped}\n{about_run}\n{''.join(lists)}")


def _table(title: str, rows: Iterable[tuple[str, str]], count: int | None = None) -> str:
    listed = list(itertools.islice(rows, MOST_LISTED + 1))
    if not listed:
        return ""
    body = "".join(
        f'<tr><th scope="row">{text(output)}</th><td>{text(problem)}</td></tr>\n'
        for output, problem in listed[:MOST_LISTED]
    )
    more = f'<p class="note">The first {MOST_LISTED}.</p>' if len(listed) > MOST_LISTED else ""
    shown = f"{title}: {count:,}" if count else title
    return f'<h2>{shown}</h2>\n<div class="scroll words"><table><tbody>\n{body}</tbody></table></div>\n{more}'
