"""`cscfuse convert`: weights of the published PyTorch release as a `.keras` file."""

import importlib
from pathlib import Path

import click

from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.io.outputs import check_absent


@click.command()
@click.option("--task", type=click.Choice(["ivf", "mef", "msf"]), required=True, help="What the weights are for.")
@click.option(
    "--weights",
    "files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="PyTorch file; ivf needs three: base encoder, detail encoder, decoder, in any order; mef and msf need one.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".keras file to write.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
def convert(task, files, output, overwrite) -> None:
    """Convert the release's weights, which the user must have: their licence is not stated, so none are shipped."""
    from cscfuse_keras.errors import UsageError

    if output.suffix != ".keras":
        raise UsageError(f"{output}: expected a name ending in .keras, found {output.suffix!r}; rename the output")
    check_absent(output, overwrite)
    from cscfuse_keras.io.atomic import replacing

    load_keras()
    from cscfuse_keras.models.torch_file import read_torch_file

    release = importlib.import_module(f"cscfuse_keras.models.release_{task}")
    fusion = release.fusion_from_release({str(file): read_torch_file(file) for file in files})
    with replacing(output) as partial:
        fusion.save(partial)
    click.echo(str(output))
