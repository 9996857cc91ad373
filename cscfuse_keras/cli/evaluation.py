"""What a task gives to `cscfuse evaluate`."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cscfuse_keras.metrics import Metric
from cscfuse_keras.report.scores import Scores


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Items to judge, and how.

    Attributes:
        metrics: columns of the report.
        items: each with a `name`.
        left_over: files that are in no item, with the reason.
        about: how the scores come about, for the report.
        judge: from an item to its scores by method and its uint8 pictures by title; raises InputError if it is bad.
            Threads call it at once.
    """

    metrics: Sequence[Metric]
    items: Sequence[Any]
    left_over: Sequence[tuple[Path, str]]
    about: Mapping[str, str]
    judge: Callable[[Any], tuple[Scores, Mapping[str, np.ndarray]]]
