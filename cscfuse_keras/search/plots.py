"""Scores of a search as SVG pictures."""

import itertools
import math
import statistics
from collections.abc import Sequence
from html import escape

from cscfuse_keras.metrics import Metric
from cscfuse_keras.report.display import heading, shown_number
from cscfuse_keras.search.axes import Axis, Range, Values, shown
from cscfuse_keras.search.definition import Search
from cscfuse_keras.search.results import Result, ranked

WIDTH, HEIGHT, MARGIN = 480, 320, 56
CELL_WIDTH, CELL_HEIGHT, LABEL = 96, 40, 136
DOT, LINE = "#1f77b4", "#d62728"


def plots(search: Search, results: Sequence[Result]) -> dict[str, tuple[str, str]]:
    """Pictures of the complete trials: a title and an SVG text by file name; none before there are two.

    For each score, one picture an axis, and one for each two axes of listed values.
    """
    complete = ranked(results, search.metrics)
    if len(complete) < 2:
        return {}
    found = {}
    for metric in search.metrics:
        for axis in search.axes:
            title = f"{heading(metric)} by {axis.name}"
            found[_file(metric, axis)] = (title, _scores_along(axis, metric, complete))
        listed = [axis for axis in search.axes if isinstance(axis, Values)]
        for rows, columns in itertools.combinations(listed, 2):
            best = f", the best over {_rest(search, rows, columns)}" if len(search.axes) > 2 else ""
            title = f"{heading(metric)} by {rows.name} and {columns.name}{best}"
            found[_file(metric, rows, columns)] = (title, _best_of_both(rows, columns, metric, complete))
    return found


def _scores_along(axis: Axis, metric: Metric, results: Sequence[Result]) -> str:
    """A dot a trial, and a line through the means of listed values."""
    scores = [result.outcome.scores[metric.name] for result in results]
    low, high = min(scores), max(scores)
    left, right, bottom = MARGIN, WIDTH - MARGIN / 2, HEIGHT - MARGIN

    def height(score):
        return bottom - (bottom - MARGIN) * (score - low) / ((high - low) or 1.0)

    if isinstance(axis, Values):
        step = (right - left) / len(axis.values)
        ticks = {value: left + step * (k + 0.5) for k, value in enumerate(axis.values)}

        def place(value):
            return ticks[value]

    else:
        assert isinstance(axis, Range)
        scale = math.log if axis.logarithmic else float
        start, extent = scale(axis.low), scale(axis.high) - scale(axis.low)

        def place(value):
            return left + (right - left) * (0.05 + 0.9 * (scale(value) - start) / extent)

        ticks = {value: place(value) for value in (axis.low, axis.high)}
    parts = [f'<path d="M{left},{MARGIN}V{bottom}H{right}" fill="none" stroke="black"/>']
    parts += [_text(x, bottom + 18, shown(value), "middle") for value, x in ticks.items()]
    parts += [_text(left - 6, height(score) + 4, shown_number(score), "end") for score in dict.fromkeys((low, high))]
    parts.append(_text(left, MARGIN - 16, heading(metric), "start"))
    parts.append(_text(right, bottom + 38, axis.name, "end"))
    if isinstance(axis, Values):
        means = {
            value: statistics.fmean(found)
            for value in axis.values
            if (found := [s for r, s in zip(results, scores, strict=True) if r.values[axis.name] == value])
        }
        points = " ".join(f"{place(value):.1f},{height(mean):.1f}" for value, mean in means.items())
        parts.append(f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="1.5"/>')
        parts.append(f'<text x="{right}" y="{MARGIN - 16}" fill="{LINE}" text-anchor="end">mean</text>')
    for result, score in zip(results, scores, strict=True):
        parts.append(
            f'<circle cx="{place(result.values[axis.name]):.1f}" cy="{height(score):.1f}" r="4" fill="{DOT}" '
            f'fill-opacity="0.7"><title>trial {result.number}: {shown_number(score)}</title></circle>'
        )
    return _svg(WIDTH, HEIGHT, parts)


def _best_of_both(rows: Values, columns: Values, metric: Metric, results: Sequence[Result]) -> str:
    """A table whose cells are the darker the better their best trial is."""
    better = max if metric.direction == "higher" else min
    cells: dict[tuple, float] = {}
    for result in results:
        place, score = (result.values[rows.name], result.values[columns.name]), result.outcome.scores[metric.name]
        cells[place] = better(cells.get(place, score), score)
    worst, extent = min(cells.values()), max(cells.values()) - min(cells.values())
    top = 2 * CELL_HEIGHT
    middle = LABEL + CELL_WIDTH * len(columns.values) / 2
    parts = [_text(LABEL - 10, top - 12, rows.name, "end"), _text(middle, top - 40, columns.name, "middle")]
    parts += [
        _text(LABEL + CELL_WIDTH * (k + 0.5), top - 12, shown(value), "middle")
        for k, value in enumerate(columns.values)
    ]
    for j, row in enumerate(rows.values):
        y = top + CELL_HEIGHT * j
        parts.append(_text(LABEL - 10, y + CELL_HEIGHT / 2 + 4, shown(row), "end"))
        for k, column in enumerate(columns.values):
            score = cells.get((row, column))
            goodness = 0.0
            if score is not None and extent:
                share = (score - worst) / extent
                goodness = share if metric.direction == "higher" else 1 - share
            x = LABEL + CELL_WIDTH * k
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL_WIDTH}" height="{CELL_HEIGHT}" stroke="white" fill="{DOT}" '
                f'fill-opacity="{0.08 + 0.92 * goodness if score is not None else 0:.2f}"/>'
            )
            label = "–" if score is None else shown_number(score)
            colour = "white" if goodness > 0.5 else "black"
            parts.append(_text(x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2 + 4, label, "middle", colour))
    return _svg(LABEL + CELL_WIDTH * len(columns.values) + 8, top + CELL_HEIGHT * len(rows.values) + 8, parts)


def _rest(search, *axes):
    return " and ".join(axis.name for axis in search.axes if axis not in axes)


def _file(metric: Metric, *axes: Axis) -> str:
    return f"{metric.name}-by-{'-and-'.join(axis.name for axis in axes)}.svg"


def _text(x: float, y: float, text: str, anchor: str, colour: str = "black") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="12"><rect width="{width}" height="{height}" fill="white"/>'
        f"{''.join(parts)}</svg>\n"
    )
