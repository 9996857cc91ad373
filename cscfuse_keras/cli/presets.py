"""`cscfuse presets`: what is shipped."""

import json

import click

from cscfuse_keras.cli.quiet import load_keras


@click.command()
def presets() -> None:
    """List the shipped presets."""
    load_keras()
    from cscfuse_keras.models.networks import NETWORKS
    from cscfuse_keras.models.presets import SETTINGS, preset_names, presets_folder

    for name in preset_names():
        settings = presets_folder() / name / SETTINGS
        if settings.exists():
            network = NETWORKS[json.loads(settings.read_text())["network"]]
            click.echo(f"{name}: task {network.task}, card {settings.parent / 'README.md'}")
