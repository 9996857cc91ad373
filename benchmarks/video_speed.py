"""Fuses two videos, and tells how fast, in how much memory, and how steady: see docs/video.md.

python benchmarks/video_speed.py INFRARED.mp4 VISIBLE.mp4 --preset ivf
"""

import tempfile
import time
from pathlib import Path

import av
import click
import numpy as np

from cscfuse_keras.benchmark.resident_memory import resident
from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.video.colour import planes_of
from cscfuse_keras.video.fusing import fuse_videos

REPETITIONS = 15


def seconds_alone(fuser: IVFFuser, pair: list[np.ndarray]) -> float:
    """Time of fusing a pair without reading and writing, when the runtime is warm: the median of some."""
    times = []
    for _ in range(REPETITIONS):
        began = time.perf_counter()
        fuser.fuse(*pair)
        times.append(time.perf_counter() - began)
    return float(np.median(times))


def first_luma(path: Path) -> np.ndarray:
    """Luma of the first picture."""
    with av.open(str(path)) as container:
        return planes_of(next(container.decode(video=0))).luma


def mean_change(path: Path) -> float:
    """Mean change of the mean luma from picture to picture, in levels of 255."""
    with av.open(str(path)) as container:
        means = [planes_of(frame).luma.mean(dtype=np.float64) for frame in container.decode(video=0)]
    return 255 * float(np.abs(np.diff(means)).mean())


@click.command()
@click.argument("infrared", type=click.Path(path_type=Path))
@click.argument("visible", type=click.Path(path_type=Path))
@click.option("--preset", default="ivf", show_default=True)
def main(infrared: Path, visible: Path, preset: str) -> None:
    """Measure on a pair of videos."""
    fuser, memory = IVFFuser(preset), []
    pair = [first_luma(path) for path in (infrared, visible)]
    alone = seconds_alone(fuser, pair)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "fused.mp4"
        began = time.perf_counter()
        frames = fuse_videos(fuser, infrared, visible, output, told=lambda *_: memory.append(resident()))
        each = (time.perf_counter() - began) / frames
        changes = [mean_change(path) for path in (infrared, visible, output)]
    height, width = pair[0].shape
    quarters = ", ".join(f"{memory[frames * quarter // 4 - 1] / 1e6:.0f} MB" for quarter in (1, 2, 3, 4))
    click.echo(f"{frames} frames of {width} x {height}, preset {preset}")
    click.echo(f"{1 / each:.2f} frames a second; {1 / alone:.2f} if they are only fused")
    click.echo(f"memory after each quarter: {quarters}")
    click.echo(
        "change of the mean from frame to frame, of 255: infrared {:.3f}, visible {:.3f}, fused {:.3f}".format(*changes)
    )


if __name__ == "__main__":
    main()
