"""Scores of judged items: their means, the best method and the worst items."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cscfuse_keras.metrics.registry import Metric


@dataclass(frozen=True)
class Measurement:
    """A column of what was measured while fusing, beside those of metrics, which look at pictures.

    Attributes:
        name: heading.
        title: the name written out, with how items are summarised.
        direction: whether a "higher" or a "lower" value is better.
        value_range: the least and the greatest value possible.
        definition: the definition in one line.
        source: where the definition comes from.
        definition_set: family of definitions.
        summarise: from the items' values to that of the method.
    """

    name: str
    title: str
    direction: Literal["higher", "lower"]
    value_range: tuple[float, float]
    definition: str
    source: str
    definition_set: str
    summarise: Callable[[Sequence[float]], float]


Column = Metric | Measurement
"""A column of scores; metrics are summarised by their mean."""

Scores = Mapping[str, Mapping[str, float]]
"""Values by method and by metric's name; NaN where a definition has no value."""


@dataclass(frozen=True)
class PictureFile:
    """A picture that a report holds.

    Attributes:
        path: file, relative to the report's folder, with "/" between names.
        width: pixels a row.
        height: number of rows.
    """

    path: str
    width: int
    height: int


@dataclass(frozen=True)
class Judged:
    """An item, such as a pair of images, and what it scored.

    Attributes:
        name: what the item is called; any text.
        scores: values by method and metric, such as {"ivf-paper": {"EN": 7.1}}.
        pictures: files by title, in the order to show them; empty if none were written.
    """

    name: str
    scores: Scores
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)


@dataclass(frozen=True)
class Mean:
    """Mean of a method's values of a metric, or summary of a measurement.

    Attributes:
        value: over the items that have a value; NaN if none has.
        counted: number of these items.
        left_out: number of the other items, whose value is NaN.
    """

    value: float
    counted: int
    left_out: int


def means(items: Sequence[Judged], metrics: Sequence[Column]) -> dict[str, dict[str, Mean]]:
    """Mean values by method and metric's name, for items that were all judged by the same methods."""
    return {
        method: {metric.name: _mean([item.scores[method][metric.name] for item in items], metric) for metric in metrics}
        for method in items[0].scores
    }


def mean_scores(items: Sequence[Judged], metrics: Sequence[Column]) -> Scores:
    """The values of `means` alone."""
    return {method: {name: mean.value for name, mean in row.items()} for method, row in means(items, metrics).items()}


def best_methods(scores: Scores, metrics: Sequence[Column]) -> dict[str, set[str]]:
    """Methods of the best value by metric's name; none where only one method or no value is there."""
    return {metric.name: _best(scores, metric) if len(scores) > 1 else set() for metric in metrics}


def second_methods(scores: Scores, metrics: Sequence[Column]) -> dict[str, set[str]]:
    """Methods of the second best value by metric's name; none where fewer than three methods have a value."""
    best, second = best_methods(scores, metrics), {}
    for metric in metrics:
        others = {method: row for method, row in scores.items() if method not in best[metric.name]}
        known = sum(not math.isnan(row[metric.name]) for row in scores.values())
        second[metric.name] = _best(others, metric) if known > 2 and len(best[metric.name]) == 1 else set()
    return second


def worst_items(items: Sequence[Judged], metrics: Sequence[Column], count: int) -> list[Judged]:
    """The `count` items of the worst mean rank over all methods and metrics, the worst first.

    Ranks, unlike values, may be averaged over metrics of different scales. NaN takes no rank.
    """
    columns = [
        [(-1 if metric.direction == "higher" else 1) * item.scores[method][metric.name] for item in items]
        for method in items[0].scores
        for metric in metrics
    ]
    ranks = np.stack([_ranks(np.array(column)) for column in columns])
    has_rank = ~np.isnan(ranks)
    mean_rank = np.where(has_rank, ranks, 0).sum(0) / np.maximum(has_rank.sum(0), 1)
    return [items[k] for k in np.argsort(-mean_rank, kind="stable")[:count]]


def _best(scores: Scores, metric: Column) -> set[str]:
    values = {method: row[metric.name] for method, row in scores.items()}
    known = {method: value for method, value in values.items() if not math.isnan(value)}
    if not known:
        return set()
    best = (max if metric.direction == "higher" else min)(known.values())
    return {method for method, value in known.items() if value == best}


def _mean(values: Sequence[float], column: Column) -> Mean:
    known = [value for value in values if not math.isnan(value)]
    summarise = column.summarise if isinstance(column, Measurement) else statistics.fmean
    return Mean(summarise(known) if known else math.nan, len(known), len(values) - len(known))


def _ranks(column: np.ndarray) -> np.ndarray:
    """Share of the values that are smaller, NaN for NaN."""
    known = np.sort(column[~np.isnan(column)])
    return np.where(np.isnan(column), np.nan, np.searchsorted(known, column) / max(len(known), 1))
