"""`cscfuse patches`: training patches in one HDF5 file."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from cscfuse_keras.io.outputs import check_absent


@click.command()
@click.option(
    "--task",
    type=click.Choice(["ivf", "mef"]),
    required=True,
    help="ivf: crops of single pictures. mef: stacks of exposures.",
)
@click.option(
    "--data",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of pictures (may be given several times). mef: folder of scenes, each a folder of exposures.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="HDF5 file to write.")
@click.option("--size", default=128, show_default=True, type=click.IntRange(8), help="Side of the patches, in pixels.")
@click.option("--copies", default=10, show_default=True, type=click.IntRange(1), help="Patches a picture or scene.")
@click.option("--exposures", default=4, show_default=True, type=click.IntRange(2), help="mef: exposures a stack.")
@click.option("--seed", default=0, show_default=True, help="Of the random crops.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
def patches(task, folders, output, size, copies, exposures, seed, overwrite) -> None:
    """Cut random crops, to train with `cscfuse train --data FILE` where TensorFlow is not installed."""
    check_absent(output, overwrite)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        work = bar.add_task("cutting patches", total=None)

        def done(count: int) -> None:
            bar.update(work, completed=count, total=len(found))

        if task == "ivf":
            from pipelines.ivf import write_crops
            from pipelines.sources import find_pictures

            found = find_pictures(folders)
            write_crops(found, output, size, copies, seed, done)
        else:
            from pipelines.mef import write_stacks
            from pipelines.scenes import find_scenes

            found = find_scenes(folders)
            write_stacks(found, output, exposures, size, copies, seed, done)
    click.echo(f"{output}: {len(found)} {'pictures' if task == 'ivf' else 'scenes'} x {copies} patches")
