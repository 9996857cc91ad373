"""`cscfuse samples`: scenes drawn by code."""

from pathlib import Path

import click


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--count", default=2, show_default=True, type=click.IntRange(1), help="Number of scenes.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
def samples(output: Path, count: int, overwrite: bool) -> None:
    """Draw night road scenes, as seen by a thermal and a visible camera, into OUTPUT/infrared and OUTPUT/visible."""
    from cscfuse_keras.io import to_depth, write_picture
    from cscfuse_keras.samples import night_road

    for seed in range(count):
        for sensor, image in zip(("infrared", "visible"), night_road(seed=seed), strict=True):
            path = output / sensor / f"road_{seed}.png"
            write_picture(path, to_depth(image, "uint8"), overwrite=overwrite)
            click.echo(str(path))
