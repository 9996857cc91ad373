"""Scores as CSV, as JSON and as LaTeX text."""

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence

from cscfuse_keras.errors import printable
from cscfuse_keras.report.display import shown_number
from cscfuse_keras.report.scores import Column, Judged, best_methods, mean_scores, means, second_methods

_LATEX_ARROWS = {"higher": "$\\uparrow$", "lower": "$\\downarrow$"}
_LATEX_SPECIAL = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}


def scores_csv(items: Sequence[Judged], metrics: Sequence[Column]) -> str:
    """Scores as comma-separated values, all digits; NaN is an empty field, infinity is "inf".

    The first column says what a row is: an "item" judged by a method, a method's "mean", or how many items
    were "left_out" of that mean for want of a value.
    """
    names = [metric.name for metric in metrics]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", "item", "method", *names])
    for item in items:
        for method, values in item.scores.items():
            writer.writerow(["item", item.name, method, *(_csv_number(values[name]) for name in names)])
    mean_values = means(items, metrics)
    for method, values in mean_values.items():
        writer.writerow(["mean", "", method, *(_csv_number(values[name].value) for name in names)])
    for method, values in mean_values.items():
        writer.writerow(["left_out", "", method, *(values[name].left_out for name in names)])
    return text.getvalue()


def scores_json(items: Sequence[Judged], metrics: Sequence[Column], about: Mapping[str, str], complete: bool) -> str:
    """Scores, means and the metrics' definitions as JSON; NaN is null, infinity is "Infinity" in quotes.

    Args:
        items: what was judged.
        metrics: the columns.
        about: how the scores came about.
        complete: False if the evaluation stopped before its last item.
    """
    names = [metric.name for metric in metrics]
    content = {
        "complete": complete,
        "about": dict(about),
        "metrics": [
            {
                "name": metric.name,
                "title": metric.title,
                "direction": metric.direction,
                "value_range": [_json_number(bound) for bound in metric.value_range],
                "definition": metric.definition,
                "source": metric.source,
                "definition_set": metric.definition_set,
            }
            for metric in metrics
        ],
        "means": {
            method: {
                name: {"value": _json_number(mean.value), "counted": mean.counted, "left_out": mean.left_out}
                for name, mean in values.items()
            }
            for method, values in means(items, metrics).items()
        },
        "items": [
            {
                "name": item.name,
                "scores": {
                    method: {name: _json_number(values[name]) for name in names}
                    for method, values in item.scores.items()
                },
                "pictures": {title: picture.path for title, picture in item.pictures.items()},
            }
            for item in items
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def scores_latex(items: Sequence[Judged], metrics: Sequence[Column]) -> str:
    """The summary as a LaTeX table, as papers have it: best values bold, second best underlined; needs booktabs."""
    scores = mean_scores(items, metrics)
    best, second = best_methods(scores, metrics), second_methods(scores, metrics)
    lines = [
        f"% Summary of {len(items)} items. Needs \\usepackage{{booktabs}}.",
        f"\\begin{{tabular}}{{l{'r' * len(metrics)}}}",
        "\\toprule",
        " & ".join(["Method", *(f"{_latex(metric.name)} {_LATEX_ARROWS[metric.direction]}" for metric in metrics)]),
    ]
    lines[-1] += " \\\\\n\\midrule"
    for method, row in scores.items():
        cells = [_latex(method)]
        for metric in metrics:
            value = _latex_number(row[metric.name])
            if method in best[metric.name]:
                value = f"\\textbf{{{value}}}"
            elif method in second[metric.name]:
                value = f"\\underline{{{value}}}"
            cells.append(value)
        lines.append(" & ".join(cells) + " \\\\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def _csv_number(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def _json_number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _latex(text: str) -> str:
    return re.sub(r"[\\~^&%$#_{}]", lambda match: _LATEX_SPECIAL[match[0]], printable(text))


def _latex_number(value: float) -> str:
    if math.isnan(value):
        return "--"
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    mantissa, e, power = shown_number(value).partition("e")
    shown = mantissa if not e else rf"{mantissa}\cdot 10^{{{int(power)}}}"
    return f"${shown}$" if value < 0 or e else shown
