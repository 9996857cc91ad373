"""Quality against latency of infrared-visible networks as LiteRT files of one size, to choose a small one.

python benchmarks/edge_curve.py --infrared DIR --visible DIR ivf ivf-lite run/best.keras

Scores are those of the paper's Table 1, means, and their shares of the first preset's; the least share decides.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from rich.console import Console
from rich.table import Table

from cscfuse_keras.export.export import Export, export
from cscfuse_keras.metrics.registry import metrics_for
from cscfuse_keras.samples import night_road
from cscfuse_keras.tasks import ivf_scores
from cscfuse_keras.tasks.ivf import IVFFuser

SIZE = 480, 640


@click.command()
@click.argument("presets", nargs=-1, required=True)
@click.option("--infrared", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--visible", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--repeats", default=15, show_default=True)
def main(presets: tuple[str, ...], infrared: Path, visible: Path, threads: int, repeats: int) -> None:
    """Measure and print a table."""
    items, _ = ivf_scores.plan(infrared, visible)
    metrics = [metric.name for metric in metrics_for("ivf", "table1")]
    table = Table(
        "preset", "parameters", "kB", "ms", "processor ms", *metrics, "least share", title=f"640x480, {threads} threads"
    )
    reference = None
    for preset in presets:
        fuser = IVFFuser(preset)
        scores = _scores(preset, items, metrics)
        reference = reference if reference is not None else scores
        share = min(scores / reference)
        kilobytes, *milliseconds = _file(preset, threads, repeats)
        numbers = [f"{fuser.preset.model.count_params():,}", f"{kilobytes:.0f}"]
        numbers += [f"{value:.0f}" for value in milliseconds]
        table.add_row(preset, *numbers, *(f"{value:.2f}" for value in scores), f"{100 * share:.1f} %")
    Console(width=160).print(table)


def _scores(preset: str, items, metrics) -> np.ndarray:
    source = ivf_scores.fused_by_preset(preset)
    rows = [ivf_scores.judge(item, source)[0] for item in items]
    return np.array([[row[name] for name in metrics] for row in rows]).mean(axis=0)


def _file(preset: str, threads: int, repeats: int) -> tuple[float, float, float]:
    """Size in kB, median milliseconds and median processor milliseconds of the exported file."""
    with tempfile.TemporaryDirectory() as folder:
        (report,) = export("ivf", preset, Export(("tflite",), size=SIZE), Path(folder), tell=lambda line: None)
        content = (Path(folder) / report.artefact).read_bytes()
    interpreter = Interpreter(model_content=content, num_threads=threads)
    infrared, visible = night_road(*SIZE)
    inputs = {"infrared": infrared[np.newaxis, ..., np.newaxis], "visible": visible[np.newaxis]}
    fuse = interpreter.get_signature_runner("serving_default")
    fuse(**inputs)
    times = []
    for _ in range(repeats):
        processor, began = time.process_time(), time.perf_counter()
        fuse(**inputs)
        times.append((time.perf_counter() - began, time.process_time() - processor))
    wall, processor = (1000 * statistics.median(column) for column in zip(*times, strict=True))
    return report.size / 1000, wall, processor


if __name__ == "__main__":
    main()
