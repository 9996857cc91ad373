"""What the trials of a search gave: ranked, as CSV and as JSON."""

import csv
import dataclasses
import io
import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cscfuse_keras.metrics import Metric
from cscfuse_keras.search.axes import shown
from cscfuse_keras.search.definition import Search
from cscfuse_keras.search.job import Outcome


@dataclasses.dataclass(frozen=True)
class Result:
    """A trial.

    Attributes:
        number: from 0 on, in the order of their beginning.
        values: by the axes' names.
        state: `"open"`: not done yet, or stopped.
        outcome: empty while it is open.
        run: name of the folder of its training.
    """

    number: int
    values: Mapping[str, Any]
    state: Literal["complete", "failed", "open"]
    outcome: Outcome
    run: str


def ranked(results: Sequence[Result], metrics: Sequence[Metric]) -> list[Result]:
    """Complete trials, that of the best mean rank over the metrics first; of equal ones the better in the first."""
    complete = [result for result in results if result.state == "complete"]

    def loss(result, metric):
        return result.outcome.scores[metric.name] * (-1 if metric.direction == "higher" else 1)

    columns = {metric.name: [loss(result, metric) for result in complete] for metric in metrics}

    def key(result):
        ranks = [sum(value < loss(result, metric) for value in columns[metric.name]) for metric in metrics]
        return statistics.fmean(ranks), loss(result, metrics[0]), result.number

    return sorted(complete, key=key)


def ordered(results: Sequence[Result], metrics: Sequence[Metric]) -> list[Result]:
    """Ranked trials, then failed ones, then open ones."""
    rest = [result for state in ("failed", "open") for result in results if result.state == state]
    return [*ranked(results, metrics), *rest]


def results_csv(search: Search, results: Sequence[Result]) -> str:
    """One row a trial, the best first: settings, scores and costs, all digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names, scores = [axis.name for axis in search.axes], [metric.name for metric in search.metrics]
    costs = ["validation_loss", "parameters", "seconds", "problem"]
    writer.writerow(["trial", "state", *names, *scores, *costs, "run"])
    for result in ordered(results, search.metrics):
        outcome = result.outcome
        writer.writerow(
            [result.number, result.state]
            + [shown(result.values[name]) for name in names]
            + [_field(outcome.scores.get(name)) for name in scores]
            + [_field(getattr(outcome, name)) for name in costs]
            + [result.run]
        )
    return text.getvalue()


def results_json(search: Search, results: Sequence[Result]) -> str:
    """The same as JSON, with what the search is."""
    content = {
        "about": search.about(),
        "axes": [dataclasses.asdict(axis) for axis in search.axes],
        "metrics": [{"name": metric.name, "direction": metric.direction} for metric in search.metrics],
        "trials": [dataclasses.asdict(result) for result in ordered(results, search.metrics)],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _field(value: Any) -> Any:
    return "" if value is None else value
