"""What a search shows and leaves behind: a table on screen, CSV, JSON, plots, and a page with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from cscfuse_keras.io.atomic import write_text
from cscfuse_keras.report.display import heading, shown_number
from cscfuse_keras.report.document import document, facts, text
from cscfuse_keras.search.axes import shown
from cscfuse_keras.search.definition import Search
from cscfuse_keras.search.plots import plots
from cscfuse_keras.search.results import Result, ranked, results_csv, results_json

PAGE = "index.html"
PLOTS = "plots"


def write_report(directory: Path, search: Search, results: Sequence[Result], about: Mapping[str, str]) -> None:
    """Write `trials.csv`, `trials.json`, `plots/*.svg` and `index.html`, in place of those that are there.

    Args:
        directory: the search's folder.
        search: what is searched.
        results: its trials so far.
        about: what the page says of it, beside what the search itself does.
    """
    pictures = plots(search, results)
    for name, (_, content) in pictures.items():
        write_text(directory / PLOTS / name, content)
    for old in (directory / PLOTS).glob("*.svg"):
        if old.name not in pictures:
            old.unlink()
    write_text(directory / "trials.csv", results_csv(search, results))
    write_text(directory / "trials.json", results_json(search, results))
    titles = {name: title for name, (title, _) in pictures.items()}
    write_text(directory / PAGE, _page(search, results, titles, {**search.about(), **about}))


@dataclass(frozen=True)
class ResultTable:
    """Complete trials for rich to print, the best first; the best score of each metric is bold."""

    search: Search
    results: Sequence[Result]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Give the table."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        varied = {axis.name for axis in self.search.axes}
        for name in _headings(self.search):
            # Where the terminal is narrow, texts give way to numbers.
            table.add_column(name, justify="right", overflow="fold", no_wrap=name not in varied)
        for row in _rows(self.search, self.results):
            table.add_row(*(Text(text, style="bold" if best else "") for text, best in row))
        yield table


def _headings(search: Search) -> list[str]:
    return [
        "trial",
        *(axis.name for axis in search.axes),
        *(heading(metric) for metric in search.metrics),
        "loss",
        "weights",
        "seconds",
    ]


def _rows(search: Search, results: Sequence[Result]) -> Iterator[list[tuple[str, bool]]]:
    """Cells of the complete trials, with whether they are the best score of their column."""
    complete = ranked(results, search.metrics)
    best = {
        metric.name: (max if metric.direction == "higher" else min)(
            (result.outcome.scores[metric.name] for result in complete), default=None
        )
        for metric in search.metrics
    }
    for result in complete:
        scores, outcome = result.outcome.scores, result.outcome
        yield [
            (str(result.number), False),
            *((shown(result.values[axis.name]), False) for axis in search.axes),
            *((shown_number(scores[m.name]), scores[m.name] == best[m.name]) for m in search.metrics),
            (f"{outcome.validation_loss:.4g}", False),
            (f"{outcome.parameters:,}", False),
            (f"{outcome.seconds:.0f}", False),
        ]


def _page(search: Search, results: Sequence[Result], titles: Mapping[str, str], about: Mapping[str, str]) -> str:
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in _headings(search))
    body = "".join(
        "<tr>" + "".join(f"<td>{f'<b>{text(cell)}</b>' if best else text(cell)}</td>" for cell, best in row) + "</tr>\n"
        for row in _rows(search, results)
    )
    figures = "".join(
        f'<figure><img src="{PLOTS}/{escape(name)}" alt="{text(title)}">'
        f"<figcaption>{text(title)}</figcaption></figure>\n"
        for name, title in titles.items()
    )
    states = [result.state for result in results]
    count = ", ".join(f"{states.count(state)} {state}" for state in ("complete", "failed", "open") if state in states)
    failed = "".join(f"<li>{text(describe(result))}</li>\n" for result in results if result.state == "failed")
    main = f"""<h1>Search of {text(search.network)}: {count or "no trial yet"}</h1>
{facts(about)}
<h2>Trials</h2>
<div class="scroll"><table><thead><tr>{head}</tr></thead>
<tbody>
{body}</tbody></table></div>
<p class="note">The best first: that of the best mean rank over the scores. Scores are means over the validation
pictures, which no trial was trained on; the loss is the lowest of the training's validation, and seconds are those
of the training, which trials may share.</p>
{f"<h2>Failed</h2><ul>{failed}</ul>" if failed else ""}
{f'<h2>Plots</h2><div class="plots">{figures}</div>' if figures else ""}"""
    return document(f"Search of {search.network}", main, style=_STYLE, pictures="beside")


_STYLE = """
.plots { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; max-width: 100%; }
figure img { display: block; max-width: 100%; height: auto; border-radius: 6px; }
figcaption { color: var(--quiet); font-size: .87rem; }
"""


def describe(result: Result) -> str:
    """A trial in a line."""
    values = ", ".join(f"{name} {shown(value)}" for name, value in result.values.items())
    outcome = result.outcome
    scores = ", ".join(f"{name} {shown_number(value)}" for name, value in outcome.scores.items())
    found = {"complete": scores, "failed": outcome.problem, "open": "stopped; give the command again to go on"}
    return f"trial {result.number} ({values}): {found[result.state]}"
