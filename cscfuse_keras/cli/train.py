"""`cscfuse train`: a network from pictures."""

import contextlib
from pathlib import Path
from typing import Any

import click

from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.cli.settings import check_settings, options_for, read_settings
from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.outputs import check_folder

load_keras()
from cscfuse_keras.explain.callback import UnitLog  # noqa: E402
from cscfuse_keras.models.networks import NETWORKS, network_of  # noqa: E402
from cscfuse_keras.training.distribution import distribution_for  # noqa: E402
from cscfuse_keras.training.recipes import RECIPES  # noqa: E402

SETTINGS = {name: (NETWORKS[name].config, recipe.settings) for name, recipe in RECIPES.items()}
TASKS = list(dict.fromkeys(network.task for network in NETWORKS.values()))
VARIANTS = list(dict.fromkeys(variant for network in NETWORKS.values() for variant in network.variants))


@click.command()
@click.option("--task", type=click.Choice(TASKS), required=True, help="What the network is for.")
@click.option(
    "--data",
    "sources",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="Folder of pictures (may be given several times), or one HDF5 file from `cscfuse patches`. "
    "ivf with --variant pyramid: folder that holds the folders infrared and visible, or ir and vis, whose pictures "
    "pair by stem. mef: folder of scenes, each a folder of exposures. msf: folder of scenes, each a folder of bands "
    "and an RGB picture, or of bands.* and guide.*; or a .mat file that holds both.",
)
@click.option(
    "--validation",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="msf: folder or .mat file of scenes to judge by, instead of a share of --data (may be given several times).",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the run.")
@click.option(
    "--variant",
    type=click.Choice(VARIANTS),
    default="paper",
    show_default=True,
    help="Network: the paper's, that of the paper's released code; ivf: or the pyramid network of the default preset.",
)
@click.option("--config", type=click.Path(path_type=Path), help="TOML file with [network] and [training] settings.")
@click.option(
    "--explain",
    is_flag=True,
    help="Log to TensorBoard, after every epoch, what the units do with a validation sample: zeros of the codes, "
    "residuals, thresholds, atoms, channels.",
)
@click.option(
    "--devices",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Devices of this machine that share each batch, on the backends jax and tensorflow. Batch size, learning rate "
    "and validation stay those of the whole. Several machines: the environment variable TF_CONFIG.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in the output folder.")
@options_for(SETTINGS)
def train(task, sources, validation, output, variant, config, explain, devices, resume, **given) -> None:
    """Train a network; OUTPUT/best.keras is the best model, ready for `cscfuse fuse --preset`.

    The folder also holds settings, checkpoints, TensorBoard logs, history.csv and loss.svg. A run that was stopped
    goes on with --resume. Keras' backend is chosen by the environment variable KERAS_BACKEND.
    """
    name = network_of(task, variant)
    check_settings(name, SETTINGS[name], given)
    if validation and task != "msf":
        raise UsageError(f"--validation: expected with --task msf, found with --task {task}; leave it out")
    distribution = distribution_for(devices)
    if distribution.writes:
        check_folder(output)
    recipe = RECIPES[name]
    defaults = {"network": NETWORKS[name].variants[variant], "training": recipe.settings()}
    settings = read_settings(config, defaults, given)
    more: dict[str, Any] = {"validation": list(validation)} if validation else {}
    if explain and distribution.writes:
        more["callbacks"] = [UnitLog(output / "tensorboard" / "units")]
    with locked(output) if distribution.writes else contextlib.nullcontext():
        progress = recipe.train(
            list(sources),
            output,
            settings["network"],
            settings["training"],
            resume,
            distribution=distribution,
            **more,
        )
    if distribution.writes:
        found = f"validation loss {progress.best_loss:.5f} after {progress.epochs_done} epochs"
        click.echo(f"{output / 'best.keras'}: {found}")
