"""What a benchmark leaves behind: tables, and one page with its pictures in it."""

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from cscfuse_keras.benchmark.costs import MEMORY, TIME
from cscfuse_keras.benchmark.run import Outcome
from cscfuse_keras.benchmark.task import BenchmarkTask
from cscfuse_keras.io.atomic import write_bytes
from cscfuse_keras.metrics import Metric
from cscfuse_keras.report import Judged, ScoreTable
from cscfuse_keras.report.page import evaluation_page
from cscfuse_keras.report.scores import PictureFile
from cscfuse_keras.report.tables import scores_csv, scores_json, scores_latex

PAGE = "index.html"

LONGEST_SIDE = 1280
"""Of pictures on the page, in pixels."""

QUALITY = 90
"""Of pictures on the page, as WebP."""


def write_report(
    folder: Path,
    task: BenchmarkTask,
    outcome: Outcome,
    metrics: Sequence[Metric],
    about: Mapping[str, str],
    pictured: Iterable[str],
) -> None:
    """Write scores.csv, scores.json, table.tex and the page.

    Args:
        folder: of the benchmark.
        task: its items.
        outcome: what it found.
        metrics: it was judged by.
        about: how the scores came about.
        pictured: names of the items whose pictures the page holds.

    Raises:
        EnvironmentProblem: a file cannot be written.
    """
    columns = _columns(metrics)
    embedded = {name: _embedded(outcome.pictures(name)) for name in pictured}
    items = [Judged(item.name, item.scores, embedded.get(item.name, {})) for item in outcome.items]
    note = (
        f"{len(embedded)} of {len(items)} items, at most {LONGEST_SIDE} pixels a side, as WebP of quality {QUALITY}; "
        f"metrics saw the results themselves, which lie beside this page. {task.error}"
    )
    page = evaluation_page(
        items,
        columns,
        about,
        complete=True,
        title="Benchmark",
        methods={method.name: method.description for method in outcome.methods},
        pictures_note=note,
    )
    contents = {
        "scores.csv": scores_csv(outcome.items, columns),
        "scores.json": scores_json(outcome.items, columns, about, complete=True),
        "table.tex": scores_latex(outcome.items, columns),
        PAGE: page,
    }
    for file, content in contents.items():
        # Bytes of file names that are not UTF-8 are lone surrogates; JSON reads their escapes back.
        write_bytes(folder / file, content.encode("utf-8", "backslashreplace"))


def summary(outcome: Outcome, metrics: Sequence[Metric]) -> ScoreTable:
    """The table for the terminal."""
    return ScoreTable(outcome.items, _columns(metrics), summary_only=True)


def _columns(metrics):
    return (*metrics, TIME, MEMORY)


def _embedded(pictures: Mapping[str, np.ndarray]) -> dict[str, PictureFile]:
    """Pictures as data: URIs."""
    files = {}
    for title, pixels in pictures.items():
        shown = _shrunk(pixels)
        content = io.BytesIO()
        Image.fromarray(shown).save(content, "WEBP", quality=QUALITY)
        uri = f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"
        files[title] = PictureFile(uri, width=shown.shape[1], height=shown.shape[0])
    return files


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    share = LONGEST_SIDE / max(pixels.shape[:2])
    if share >= 1:
        return pixels
    width, height = (max(1, round(share * side)) for side in (pixels.shape[1], pixels.shape[0]))
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
