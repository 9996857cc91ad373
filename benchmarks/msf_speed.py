"""Time and memory of fusing a 512x512 image of 31 bands with the release's network of 256 channels, random weights.

python benchmarks/msf_speed.py [--repeats 3] [--whole]
KERAS_BACKEND=jax python benchmarks/msf_speed.py
"""

import os
import platform
import resource
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import keras
import numpy as np

from cscfuse_keras.models.msf import VARIANTS, build_network
from cscfuse_keras.runtimes.keras_msf import KerasMSF


@click.command()
@click.option("--repeats", default=3, show_default=True)
@click.option("--whole", is_flag=True, help="The model on the whole image at once, without tiles.")
def main(repeats: int, whole: bool) -> None:
    """Measure and print a line a run."""
    random = np.random.default_rng(0)
    low, guide = random.random((256, 256, 31), "float32"), random.random((512, 512, 3), "float32")
    network = build_network(VARIANTS["release"])
    click.echo(f"Keras on {keras.backend.backend()}, {os.cpu_count()} cores, {platform.machine()}; start {_peak()} MB")
    if whole:
        network.compile(jit_compile=False)
        inputs = {"low_resolution": low[np.newaxis], "guide": guide[np.newaxis]}
    runtime = KerasMSF(network)
    for _ in range(repeats):
        processor, began = time.process_time(), time.perf_counter()
        if whole:
            network.predict_on_batch(inputs)
        else:
            runtime(low, guide)
        seconds = time.process_time() - processor, time.perf_counter() - began
        click.echo("{:.2f} CPU-seconds, {:.2f} seconds, memory peak {} MB".format(*seconds, _peak()))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
