"""The report of an evaluation, written item by item."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from cscfuse_keras.io.atomic import write_bytes
from cscfuse_keras.io.paths import safe_name
from cscfuse_keras.io.pictures import write_picture
from cscfuse_keras.report.page import evaluation_page
from cscfuse_keras.report.scores import Column, Judged, PictureFile, Scores
from cscfuse_keras.report.tables import scores_csv, scores_json

PAGE = "index.html"
TABLES = ("scores.csv", "scores.json")
PICTURES = "pictures"


class EvaluationReport:
    """Writer of a report: `scores.csv`, `scores.json`, `index.html` and PNG files in `pictures`.

    Pictures are written as they are added, and only scores are kept in memory. Scores and page are written at
    the end of the `with` block; if an exception ends it, they hold the items so far and say so.

        with EvaluationReport("report", metrics_for("ivf"), about={"preset": "ivf-paper"}) as report:
            report.add("01", {"ivf-paper": {"EN": 7.1, ...}}, {"infrared": infrared, "fused": fused})

    Args:
        directory: the report's folder; created if it is missing.
        metrics: the columns, in their order.
        about: how the scores came about (preset, weights, data, version, command), shown and stored as it is.
        overwrite: whether a report in the folder may be replaced.

    Attributes:
        items: what was added.
    """

    def __init__(
        self,
        directory: str | os.PathLike,
        metrics: Sequence[Column],
        *,
        about: Mapping[str, str],
        overwrite: bool = False,
    ):
        self.directory = Path(directory)
        self.metrics = tuple(metrics)
        self.about = dict(about)
        self.overwrite = overwrite
        self.items: list[Judged] = []

    def __enter__(self) -> Self:
        """Make the folder ready.

        Raises:
            UsageError: it holds a report that may not be replaced.
            EnvironmentProblem: it cannot be written to.
        """
        previous = [name for name in (PAGE, *TABLES) if (self.directory / name).exists()]
        if previous and not self.overwrite:
            raise UsageError(
                f"{str(self.directory)!r}: expected a folder without a report, found {previous[0]} in it; "
                "choose another folder or allow overwriting"
            )
        with self._writing():
            (self.directory / PICTURES).mkdir(parents=True, exist_ok=True)
            if self.overwrite:
                self._remove_previous()
        return self

    def add(self, name: str, scores: Scores, pictures: Mapping[str, np.ndarray]) -> Judged:
        """Add an item and write its pictures.

        Args:
            name: what the item is called; any text.
            scores: values by method and by metric's name, NaN where there is none; every item needs the
                methods of the first one and all the report's metrics. Other metrics are left out.
            pictures: uint8 (H, W) grey or (H, W, 3) RGB by title, in the order to show them.

        Returns:
            The item as the report keeps it.

        Raises:
            UsageError: a method or metric is missing, or there are methods that the first item lacks.
            InputError: a picture is of another type or shape.
            EnvironmentProblem: a picture cannot be written.
        """
        judged = Judged(name, self._checked(name, scores), self._write_pictures(name, pictures))
        self.items.append(judged)
        return judged

    def __exit__(self, exception_type: type[BaseException] | None, *_: object) -> None:
        """Write scores and page.

        Raises:
            InputError: nothing was added.
            EnvironmentProblem: a file cannot be written.
        """
        complete = exception_type is None
        if not self.items:
            if complete:
                raise InputError(f"{str(self.directory)!r}: expected items to report, found none; add one")
            return
        contents = {
            "scores.csv": scores_csv(self.items, self.metrics),
            "scores.json": scores_json(self.items, self.metrics, self.about, complete),
            PAGE: evaluation_page(self.items, self.metrics, self.about, complete),
        }
        with self._writing():
            for file, content in contents.items():
                # Bytes of file names that are not UTF-8 are lone surrogates; JSON reads their escapes back.
                write_bytes(self.directory / file, content.encode("utf-8", "backslashreplace"))

    def _checked(self, name: str, scores: Scores) -> dict[str, dict[str, float]]:
        methods = list(self.items[0].scores if self.items else scores)
        if not methods or set(methods) != set(scores):
            expected = f"scores by {', '.join(methods)}" if methods else "scores by at least one method"
            raise UsageError(
                f"{name!r}: expected {expected}, found {', '.join(scores) or 'none'}; "
                "judge every item by the same methods, with NaN where there is no value"
            )
        for method in methods:
            for metric in self.metrics:
                if metric.name not in scores[method]:
                    raise UsageError(
                        f"{name!r}: expected a value of {metric.name} for {method}, found none; "
                        "give NaN where there is no value"
                    )
        return {
            method: {metric.name: float(scores[method][metric.name]) for metric in self.metrics} for method in methods
        }

    def _write_pictures(self, name: str, pictures: Mapping[str, np.ndarray]) -> dict[str, PictureFile]:
        files = {}
        for position, (title, pixels) in enumerate(pictures.items(), start=1):
            if pixels.dtype != np.uint8:
                raise InputError(f"{title} of {name!r}: expected uint8, found {pixels.dtype}; convert it with to_depth")
            # The numbers keep names apart that are the same once their special characters are gone.
            item = f"item-{len(self.items) + 1:04d}-{safe_name(name)}"
            path = f"{PICTURES}/{item}-{position}-{safe_name(title)}.png"
            write_picture(self.directory / path, pixels, overwrite=True)
            files[title] = PictureFile(path, width=pixels.shape[1], height=pixels.shape[0])
        return files

    def _remove_previous(self) -> None:
        """Remove a previous report first, so that no page ever shows another run's pictures."""
        for name in (PAGE, *TABLES):
            (self.directory / name).unlink(missing_ok=True)
        for picture in (self.directory / PICTURES).glob("item-[0-9]*-*.png"):
            picture.unlink()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise EnvironmentProblem(
                f"{str(self.directory)!r}: expected to write a report, found: {problem.strerror}; "
                "check the folder's permissions and free space"
            ) from problem
