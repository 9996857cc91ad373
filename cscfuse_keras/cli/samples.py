"""`cscfuse samples`: scenes drawn by code."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np


@click.command()
@click.option(
    "--task",
    type=click.Choice(["ivf", "mef"]),
    required=True,
    help="ivf: night roads, as seen by a thermal and a visible camera, in OUTPUT/infrared and OUTPUT/visible. "
    "mef: exposure brackets of sunny rooms, one a folder.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--count", default=2, show_default=True, type=click.IntRange(1), help="Number of scenes.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
def samples(task: str, output: Path, count: int, overwrite: bool) -> None:
    """Draw sample scenes to try things with; no one's photographs."""
    from cscfuse_keras.io import to_depth, write_picture
    from cscfuse_keras.io.outputs import check_folder

    check_folder(output)
    for seed in range(count):
        for name, image in {"ivf": _roads, "mef": _rooms}[task](seed):
            write_picture(output / name, to_depth(image, "uint8"), overwrite=overwrite)
            click.echo(str(output / name))


def _roads(seed: int) -> Iterator[tuple[str, np.ndarray]]:
    from cscfuse_keras.samples import night_road

    for sensor, image in zip(("infrared", "visible"), night_road(seed=seed), strict=True):
        yield f"{sensor}/road_{seed}.png", image


def _rooms(seed: int) -> Iterator[tuple[str, np.ndarray]]:
    from cscfuse_keras.samples import exposure_bracket

    for k, image in enumerate(exposure_bracket(seed=seed), start=1):
        yield f"room_{seed}/exposure_{k}.png", image
