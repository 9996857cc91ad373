"""Make a preset of a training run: `python benchmarks/publish_preset.py RUN NAME [--base-rule R] [--base-gain G] ...`.

Writes weights, settings and training history into `saved_models/NAME`; the model card is written by hand beside them.
"""

import json
import shutil
from pathlib import Path

import click
import keras

from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.models.presets import presets_folder, save_preset


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True))
@click.argument("name")
@click.option("--network", default="ivf", type=click.Choice(list(NETWORKS)))
@click.option("--base-rule")
@click.option("--detail-rule")
@click.option("--base-gain", type=float)
@click.option("--detail-gain", type=float)
@click.option("--contrast", type=float)
@click.option("--weights", type=click.Path(path_type=Path, exists=True), help="Model to take, not the best of RUN.")
def publish(run: Path, name: str, network: str, weights: Path | None, **choices) -> None:
    """Copy the best model of RUN into the preset NAME."""
    settings = json.loads((run / "settings.json").read_text())
    kind = NETWORKS[network]
    config = kind.config.from_dict(settings["network"], str(run))
    config = kind.config.from_dict(
        {**config.to_dict(), **{key: value for key, value in choices.items() if value is not None}}, str(run)
    )
    model = kind.build_network(config)
    best = keras.saving.load_model(weights or run / "best.keras", compile=False)
    for layer in model.layers:
        layer.set_weights(best.get_layer(layer.name).get_weights() if layer.weights else [])
    folder = presets_folder() / name
    save_preset(folder, network, config, model)
    shutil.copyfile(run / "history.csv", folder / "history.csv")
    shutil.copyfile(run / "loss.svg", folder / "loss.svg")
    (folder / "training.json").write_text(json.dumps(settings["training"], indent=1) + "\n")


if __name__ == "__main__":
    publish()
