"""Time of fusing exposures of one megapixel, warm, beside Mertens' fusion, and the memory that their number takes.

python benchmarks/mef_speed.py [--preset mef] [--repeats 5]
"""

import os
import platform
import resource
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import keras
import numpy as np
from rich.console import Console
from rich.table import Table

from cscfuse_keras.baselines.mertens import MertensFuser
from cscfuse_keras.samples import exposure_bracket
from cscfuse_keras.tasks.mef import MEFFuser


@click.command()
@click.option("--repeats", default=5, show_default=True)
@click.option("--preset", "presets", multiple=True, default=["mef", "mef-paper"], show_default=True)
def main(repeats: int, presets: tuple[str, ...]) -> None:
    """Measure and print a table."""
    drawn = np.rint(255 * exposure_bracket(2, 1000, 1000)).astype(np.uint8)
    fusers = {preset: MEFFuser(preset) for preset in presets} | {"Mertens (OpenCV)": MertensFuser()}
    table = Table("fused by", "exposures", "median s", "memory peak so far, MB", title="1000 x 1000 pixels, 8 bits")
    for count in (2, 8):
        exposures = list(drawn) * (count // 2)
        for name, fuser in fusers.items():
            times = []
            for _ in range(repeats + 1):
                began = time.perf_counter()
                fuser.fuse(exposures, 255)
                times.append(time.perf_counter() - began)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            table.add_row(name, str(count), f"{statistics.median(times[1:]):.2f}", f"{peak:.0f}")
    console = Console()
    console.print(table)
    console.print(f"Keras on {keras.backend.backend()}, {os.cpu_count()} cores, {platform.machine()}")


if __name__ == "__main__":
    main()
