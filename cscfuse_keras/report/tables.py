"""Scores as CSV and as JSON text."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence

from cscfuse_keras.metrics.registry import Metric
from cscfuse_keras.report.scores import Judged, means


def scores_csv(items: Sequence[Judged], metrics: Sequence[Metric]) -> str:
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


def scores_json(items: Sequence[Judged], metrics: Sequence[Metric], about: Mapping[str, str], complete: bool) -> str:
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


def _csv_number(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def _json_number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
