"""`cscfuse verify`: exported files as their reports say."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def verify(folder) -> None:
    """Compare the files that `cscfuse export` wrote into FOLDER with the SHA-256 in the report beside each.

    This finds files that were damaged or mixed up on their way, before a program loads them.
    """
    from cscfuse_keras.export.verification import verify as compare

    for name in compare(folder):
        click.echo(f"{folder / name}: as its report says")
