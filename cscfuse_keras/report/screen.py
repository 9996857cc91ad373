"""Scores as a table in the terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box, measure
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from cscfuse_keras.errors import printable
from cscfuse_keras.report.display import heading, shown_number
from cscfuse_keras.report.scores import (
    Column,
    Judged,
    Measurement,
    Scores,
    best_methods,
    mean_scores,
    means,
    second_methods,
    worst_items,
)

MOST_ROWS = 60
WORST_SHOWN = 5


@dataclass(frozen=True)
class ScoreTable:
    """Scores of the items and their means, for rich to print.

    Of several methods the best value is bold, of three or more the second is underlined.
    Of more than 60 rows, only those of the items of the worst mean rank are shown. A terminal too narrow
    for all metrics gets several tables, so that no number is cut.

    Attributes:
        items: what was judged, at least one.
        metrics: the columns.
        summary_only: whether no item's own scores are shown.
    """

    items: Sequence[Judged]
    metrics: Sequence[Column]
    summary_only: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Give the tables, then the notes on what they show."""
        rows = len(self.items) * len(self.items[0].scores)
        shown = self.items if rows <= MOST_ROWS else worst_items(self.items, self.metrics, WORST_SHOWN)
        if self.summary_only:
            shown = []
        width, remaining = options.max_width, list(self.metrics)
        while remaining:
            count = len(remaining)
            while count > 1 and _full_width(console, self._table(shown, remaining[:count], width)) > width:
                count -= 1
            yield self._table(shown, remaining[:count], width)
            remaining = remaining[count:]
        yield Text("\n".join(self._notes(len(shown))), style="dim")

    def _table(self, shown: Sequence[Judged], metrics: Sequence[Column], width: int) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        # Long names leave the width to the numbers.
        table.add_column("item", no_wrap=True, max_width=max(width // 4, 12))
        if len(self.items[0].scores) > 1:
            table.add_column("method", no_wrap=True, max_width=max(width // 4, 8))
        for metric in metrics:
            table.add_column(Text(heading(metric)), justify="right", no_wrap=True)
        for item in shown:
            _add_rows(table, printable(item.name), item.scores, metrics)
        table.add_section()
        _add_rows(table, f"mean of {len(self.items)}", mean_scores(self.items, metrics), metrics)
        return table

    def _notes(self, shown: int) -> Iterator[str]:
        yield f"Definitions: {', '.join(dict.fromkeys(metric.definition_set for metric in self.metrics))}."
        if 0 < shown < len(self.items):
            yield f"Shown: {shown} of {len(self.items)} items, those of the worst mean rank over the metrics."
        for column in self.metrics:
            if isinstance(column, Measurement):
                yield f"{column.name}: {column.title}."
        left_out = [
            f"{name} of {printable(method)}: {mean.left_out}"
            for method, row in means(self.items, self.metrics).items()
            for name, mean in row.items()
            if mean.left_out
        ]
        if left_out:
            yield f"Items without a value, left out of the mean: {', '.join(left_out)}."


def _add_rows(table: Table, name: str, scores: Scores, metrics: Sequence[Column]) -> None:
    best, second = best_methods(scores, metrics), second_methods(scores, metrics)
    for method, row in scores.items():
        labels = [Text(name)] if len(scores) == 1 else [Text(name), Text(printable(method))]
        values = [
            Text(
                shown_number(row[metric.name]),
                style="bold" if method in best[metric.name] else "underline" if method in second[metric.name] else "",
            )
            for metric in metrics
        ]
        table.add_row(*labels, *values)
        name = ""


def _full_width(console: Console, table: Table) -> int:
    return measure.Measurement.get(console, console.options.update(max_width=10_000), table).maximum
