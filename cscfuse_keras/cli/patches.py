"""`cscfuse patches`: training patches in one HDF5 file."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from cscfuse_keras.io.outputs import check_absent


@click.command()
@click.option("--task", type=click.Choice(["ivf"]), required=True, help="ivf: infrared and visible.")
@click.option(
    "--data",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of pictures (may be given several times).",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="HDF5 file to write.")
@click.option("--size", default=128, show_default=True, type=click.IntRange(8), help="Side of the patches, in pixels.")
@click.option("--copies", default=10, show_default=True, type=click.IntRange(1), help="Patches a picture.")
@click.option("--seed", default=0, show_default=True, help="Of the random crops.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
def patches(task, folders, output, size, copies, seed, overwrite) -> None:
    """Cut random resized crops, to train with `cscfuse train --data FILE` where TensorFlow is not installed."""
    from pipelines.patches import write_patches
    from pipelines.sources import find_pictures

    check_absent(output, overwrite)
    pictures = find_pictures(folders)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        work = bar.add_task("cutting patches", total=len(pictures))
        write_patches(pictures, output, size, copies, seed, lambda done: bar.update(work, completed=done))
    click.echo(f"{output}: {len(pictures)} pictures x {copies} patches of {size} x {size}")
