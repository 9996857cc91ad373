"""Images a second that the training pipelines deliver, from a folder of pictures and from HDF5 patches.

python benchmarks/pipeline_speed.py --data DIR
"""

import os
import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click

from pipelines.ivf import training_dataset
from pipelines.patches import PatchSequence, write_patches
from pipelines.sources import find_pictures

BATCH_SIZE = 16


def images_per_second(batches: Iterable, count: int) -> float:
    """Rate over `count` batches after one that warms up."""
    iterator = iter(batches)
    next(iterator)
    began = time.perf_counter()
    delivered = sum(len(images) for images, _ in islice(iterator, count))
    return delivered / (time.perf_counter() - began)


@click.command()
@click.option("--data", required=True, multiple=True, type=click.Path(path_type=Path))
@click.option("--batches", default=40, show_default=True)
def main(data: tuple[Path, ...], batches: int) -> None:
    """Measure and print both rates."""
    pictures = find_pictures(data)
    print(
        f"tf.data from {len(pictures)} pictures: {images_per_second(training_dataset(pictures), batches):.0f} images/s"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "patches.h5"
        began = time.perf_counter()
        write_patches(pictures, file, copies=4)
        print(f"writing patches: {4 * len(pictures) / (time.perf_counter() - began):.0f} patches/s")
        sequence = PatchSequence(file, range(len(pictures)), BATCH_SIZE)
        rate = images_per_second((sequence[k % len(sequence)] for k in range(batches + 1)), batches)
        print(f"Keras sequence from HDF5: {rate:.0f} images/s")


if __name__ == "__main__":
    main()
