"""Milliseconds that each infrared-visible metric takes on a pair, and all of them take together.

python benchmarks/metrics_speed.py --size 480x640
"""

import time
from collections.abc import Callable

import click
import numpy as np

from cscfuse_keras.metrics import Metric, evaluate_ivf, metrics_for, metrics_named
from cscfuse_keras.samples import night_road


def milliseconds(function: Callable[[], object], repetitions: int) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


@click.command()
@click.option("--size", default="480x640", show_default=True, help="Height and width.")
@click.option("--repetitions", default=5, show_default=True)
def main(size: str, repetitions: int) -> None:
    """Measure on a drawn pair and the mean of its pictures."""
    height, width = map(int, size.split("x"))
    infrared, visible = night_road(height, width)
    pair = [np.rint(255 * image).astype(np.uint8) for image in (infrared, visible.mean(axis=-1))]
    fused = np.rint(np.mean(pair, axis=0)).astype(np.uint8)
    levels, *sources = (image.astype(np.float64) for image in (fused, *pair))

    def alone(row: Metric) -> float:
        return milliseconds(lambda: row.function(levels, sources), repetitions)

    rows = metrics_named("ivf", "all")
    times = {row.name: alone(row) for row in rows}
    for name, taken in times.items():
        print(f"{name:16} {taken:7.1f} ms")
    print(f"one after the other, {len(rows)} metrics: {sum(times.values()):.0f} ms")
    for title, chosen in (("the usual sets", metrics_for("ivf", None)), ("all", rows)):
        together = milliseconds(lambda chosen=chosen: evaluate_ivf(fused, *pair, chosen), repetitions)
        print(f"evaluate_ivf, {title}, {len(chosen)} metrics: {together:.0f} ms")


if __name__ == "__main__":
    main()
