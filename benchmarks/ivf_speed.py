"""Time of each stage of fusing one 640x480 infrared-visible pair, warm, and the memory peak.

python benchmarks/ivf_speed.py [--repeats 5]
KERAS_BACKEND=jax python benchmarks/ivf_speed.py
"""

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import keras
import numpy as np
from rich.console import Console
from rich.table import Table

from cscfuse_keras.runtimes.host_blend_pair import blend_pair
from cscfuse_keras.runtimes.host_merge import merge
from cscfuse_keras.runtimes.host_merge_exposures import gaussian_pyramid
from cscfuse_keras.runtimes.keras_ivf_pyramid import KerasIVFPyramid
from cscfuse_keras.samples import night_road
from cscfuse_keras.tasks.ivf import IVFFuser


def median_seconds(action: Callable[[], object], repeats: int) -> float:
    """Median time of an action after one call to warm up."""
    action()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _stages(runtime, infrared: np.ndarray, grey: np.ndarray) -> dict[str, Callable[[], object]]:
    """What a runtime does one after the other."""
    if isinstance(runtime, KerasIVFPyramid):
        pyramid = gaussian_pyramid(np.stack([infrared, grey], axis=-1), runtime.levels)
        maps = runtime.maps(pyramid)
        return {
            "maps of all levels": lambda: runtime.maps(pyramid),
            "blend": lambda: blend_pair(pyramid, *maps, runtime.contrast),
        }
    codes = [runtime.encoder.predict_on_batch(image[None, ..., None]) for image in (infrared, grey)]
    pairs = [(codes[0][branch][0], codes[1][branch][0]) for branch in range(2)]
    merged = [merge(layer.rule, *pair) for layer, pair in zip(runtime.merges, pairs, strict=True)]
    return {
        "codes of one image": lambda: runtime.encoder.predict_on_batch(grey[None, ..., None]),
        f"merge base codes ({runtime.merges[0].rule})": lambda: merge(runtime.merges[0].rule, *pairs[0]),
        f"merge detail codes ({runtime.merges[1].rule})": lambda: merge(runtime.merges[1].rule, *pairs[1]),
        "decode": lambda: runtime.decoder.predict_on_batch([code[None] for code in merged]),
    }


@click.command()
@click.option("--repeats", default=5, show_default=True)
@click.option("--preset", default="ivf", show_default=True)
def main(repeats: int, preset: str) -> None:
    """Measure and print a table."""
    infrared, visible = night_road(480, 640)
    grey = visible.mean(axis=-1)
    fuser = IVFFuser(preset)
    fusion = fuser.preset.model
    keras_inputs = {"infrared": infrared[None, ..., None], "visible": grey[None, ..., None]}
    fusion.compile(jit_compile=False)
    stages = {
        **_stages(fuser.runtime, infrared, grey),
        "whole grey pair": lambda: fuser.fuse(infrared, grey),
        "whole colour pair": lambda: fuser.fuse(infrared, visible),
    }
    times = {name: median_seconds(action, repeats) for name, action in stages.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times["the same, merged inside Keras"] = median_seconds(lambda: fusion.predict_on_batch(keras_inputs), 2)
    table = Table("stage", "median s", title=f"{fuser.preset.name}, 640x480, Keras on {keras.backend.backend()}")
    for name, seconds in times.items():
        table.add_row(name, f"{seconds:.3f}")
    console = Console()
    console.print(table)
    console.print(f"memory peak before the last row {peak:.0f} MB; {os.cpu_count()} cores, {platform.machine()}")
    difference = np.abs(np.asarray(fusion.predict_on_batch(keras_inputs))[0, ..., 0] - fuser.fuse(infrared, grey)).max()
    console.print(f"largest difference between the two ways: {difference:.1e}")


if __name__ == "__main__":
    main()
