"""Run methods on the items of a task: fuse what is not yet fused, judge what is not yet judged."""

import dataclasses
import functools
import math
import os
import platform
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cscfuse_keras import __version__
from cscfuse_keras.benchmark.costs import MEMORY, TIME
from cscfuse_keras.benchmark.method_process import MethodProcess
from cscfuse_keras.benchmark.methods import FolderMethod, Method, source_hash
from cscfuse_keras.benchmark.results import Results, hash_of, key_of
from cscfuse_keras.benchmark.task import BenchmarkTask
from cscfuse_keras.benchmark.worker import BAD_ITEM, BAD_METHOD, FUSED, UNWRITTEN
from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.metrics import Metric
from cscfuse_keras.report.scores import Judged
from cscfuse_keras.tasks.parallel import in_order

RESULTS = "results"
"""Name of the folder of results in that of a benchmark."""

Progress = Callable[[Iterable[Any], str, int], Iterable[Any]]
"""Passes items on and shows how far it is: called with them, what is done, and how many there are."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a benchmark found.

    Attributes:
        items: judged by all `methods`, with the columns of the metrics, `TIME` and `MEMORY`.
        methods: that have at least one result.
        failures: what could not be fused or judged, a line each.
        machines: on which the times were taken.
        pictures: from an item's name to its pictures, see `BenchmarkTask.pictures`.
    """

    items: list[Judged]
    methods: list[Method]
    failures: list[str]
    machines: list[str]
    pictures: Callable[[str], dict[str, np.ndarray]]

    def evenly(self, count: int) -> list[str]:
        """Names of that many items, or of all if there are fewer, evenly spread."""
        count = min(count, len(self.items))
        return [self.items[k * len(self.items) // count].name for k in range(count)]


def run(
    task: BenchmarkTask, methods: Sequence[Any], metrics: Sequence[Metric], folder: Path, progress: Progress
) -> Outcome:
    """Run methods on all items; results and scores that are in the folder already are taken as they are.

    Methods run one after the other, each alone in a process of its own, so that none disturbs another's time or counts
    into its memory. Then items are judged side by side.

    Args:
        task: the items.
        methods: see `cscfuse_keras.benchmark.methods.find_methods`.
        metrics: to judge by.
        folder: of the benchmark.
        progress: shows how far it is.

    Raises:
        InputError: nothing could be judged.
        EnvironmentProblem: results cannot be written.
    """
    return _Run(task, methods, metrics, Results(folder / RESULTS, task.suffix), progress).outcome()


class _Run:
    def __init__(self, task, methods, metrics, results, progress):
        self.task, self.methods, self.metrics = task, methods, metrics
        self.results, self.progress = results, progress
        self.definitions = {metric.name: _definition(metric) for metric in metrics}
        self.failures: dict[str, None] = {}
        self.bad: set[str] = set()
        self.records: dict[tuple[str, str], dict[str, Any]] = {}
        self.paths: dict[tuple[str, str], Path] = {}
        self.lock = threading.Lock()

    def outcome(self) -> Outcome:
        hashes = dict(self._hashes())
        for method in self.methods:
            if isinstance(method, FolderMethod):
                self._find(method, hashes)
            else:
                self._fuse(method, hashes)
        fused = [method for method in self.methods if any(name == method.name for name, _ in self.paths)]
        items = self._judge(fused)
        if not items:
            told = "; ".join(self.failures)
            raise InputError(f"expected results to judge, found none: {told or 'every item failed'}")
        machines = dict.fromkeys(record["machine"] for record in self.records.values() if "machine" in record)
        return Outcome(items, fused, list(self.failures), list(machines), self._pictures)

    def _hashes(self) -> Iterator[tuple[str, str]]:
        for item in self.task.items:
            try:
                yield item.name, hash_of(self.task.files(item))
            except InputError as problem:
                self._drop(item, str(problem))

    def _good(self) -> list[Any]:
        return [item for item in self.task.items if item.name not in self.bad]

    def _drop(self, item: Any, problem: str) -> None:
        """Leave an item out, for all methods."""
        with self.lock:
            self.failures[problem] = None
            self.bad.add(item.name)

    def _find(self, method: FolderMethod, hashes: Mapping[str, str]) -> None:
        for item in self._good():
            place = method.name, item.name
            try:
                path = self.task.found(method, item)
                if path is None:
                    self.failures[f"{method.name}: no result named {item.name} in {method.folder}"] = None
                    continue
                key = key_of([hashes[item.name], hash_of([path]), self.task.settings])
            except InputError as problem:
                self.failures[f"{method.name}: {problem}"] = None
                continue
            self.records[place], self.paths[place] = self.results.known(*place, key), path

    def _fuse(self, method: Any, hashes: Mapping[str, str]) -> None:
        missing, identity = [], method.identity
        for item in self._good():
            place = method.name, item.name
            record = self.results.known(*place, key_of([hashes[item.name], identity, self.task.settings]))
            path = self.results.path(*place)
            if "seconds" in record and path.is_file():
                self.records[place], self.paths[place] = record, path
            else:
                missing.append((item, path, record["key"]))
        with MethodProcess(self.task, method) as process:
            for item, path, key in self.progress(missing, f"fusing by {method.name}", len(missing)):
                path.parent.mkdir(parents=True, exist_ok=True)
                kind, answer = process.fuse(item, path)
                if kind == FUSED:
                    seconds, memory = answer
                    record = {"key": key, "seconds": seconds, "memory": memory, "machine": machine()}
                    self.records[method.name, item.name] = record
                    self.paths[method.name, item.name] = path
                    self.results.keep(method.name, item.name, record)
                elif kind == UNWRITTEN:
                    raise EnvironmentProblem(answer)
                elif kind == BAD_ITEM:
                    self._drop(item, answer)
                else:
                    self.failures[f"{method.name}: {answer}"] = None
                    if kind == BAD_METHOD:
                        break

    def _judge(self, methods: Sequence[Any]) -> list[Judged]:
        judged, items = [], self._good()
        done = in_order(lambda item: self._scores(item, methods), items)
        for item, scores in self.progress(done, "judging", len(items)):
            try:
                values = scores.result()
            except InputError as problem:
                self._drop(item, str(problem))
                continue
            if any((method, item.name) in self.paths for method in values):
                judged.append(Judged(item.name, values))
        return judged

    def _scores(self, item: Any, methods: Sequence[Any]) -> dict[str, dict[str, float]]:
        """Values by method; NaN for those without a result."""
        read = functools.cache(lambda: self.task.judged(item))
        scores = {}
        for method in methods:
            place = method.name, item.name
            scores[method.name] = dict.fromkeys([*self.definitions, TIME.name, MEMORY.name], math.nan)
            if place not in self.paths:
                continue
            record, path = self.records[place], self.paths[place]
            known = record.setdefault("scores", {})
            missing = [metric for metric in self.metrics if not self._is_known(metric, known)]
            if missing:
                sources = read()
                try:
                    values = self.task.score(sources, path, missing)
                except InputError as problem:
                    self._fail(method, item, problem)
                    continue
                for name, value in values.items():
                    known[name] = {"definition": self.definitions[name], "value": float(value)}
                self.results.keep(*place, record)
            scores[method.name] = {name: known[name]["value"] for name in self.definitions} | {
                TIME.name: record.get("seconds", math.nan),
                MEMORY.name: record.get("memory", math.nan) / 1e9,
            }
        return scores

    def _is_known(self, metric: Metric, known: Mapping[str, Any]) -> bool:
        return metric.name in known and known[metric.name]["definition"] == self.definitions[metric.name]

    def _fail(self, method: Any, item: Any, problem: InputError) -> None:
        """A method has no value on an item."""
        text = str(problem)
        with self.lock:
            self.failures[f"{method.name}: {text if item.name in text else f'{item.name}: {text}'}"] = None
            del self.paths[method.name, item.name]

    def _pictures(self, name: str) -> dict[str, np.ndarray]:
        item = next(item for item in self.task.items if item.name == name)
        paths = {
            method.name: self.paths[method.name, name] for method in self.methods if (method.name, name) in self.paths
        }
        return self.task.pictures(self.task.judged(item), paths)


def machine() -> str:
    """What the times of this process are taken on."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        lines = information.read_text().splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} processors, {platform.system()}"


def _definition(metric: Metric) -> str:
    """Hash that changes with a metric's meaning or code."""
    return key_of([metric.name, metric.definition, metric.source, source_hash(metric.function), __version__])
