"""Make a preset of a training run: `python benchmarks/publish_preset.py RUN NAME [--base-rule R] [--base-gain G] ...`.

Writes weights, settings and training history into `saved_models/NAME`; the model card is written by hand beside them.
"""

import json
import shutil
from pathlib import Path

import click
import keras
import numpy as np

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
@click.option("--average-with", type=click.Path(path_type=Path, exists=True), help="Run whose weights count as much.")
@click.option("--sharpen", default=0.0, help="ivf_pyramid: added to the bias of the maps that weigh the finest bands.")
def publish(run: Path, name: str, network: str, average_with: Path | None, sharpen: float, **choices) -> None:
    """Copy the best model of RUN into the preset NAME."""
    settings = json.loads((run / "settings.json").read_text())
    kind = NETWORKS[network]
    config = kind.config.from_dict(settings["network"], str(run))
    config = kind.config.from_dict(
        {**config.to_dict(), **{key: value for key, value in choices.items() if value is not None}}, str(run)
    )
    model = kind.build_network(config)
    best = [keras.saving.load_model(each / "best.keras", compile=False) for each in (run, average_with) if each]
    for layer in model.layers:
        each = [one.get_layer(layer.name).get_weights() if layer.weights else [] for one in best]
        layer.set_weights([np.mean(weights, axis=0) for weights in zip(*each, strict=True)])
    if sharpen:
        head = model.get_layer("weigher").get_layer("code_to_map_0")
        head.set_weights([*head.get_weights()[:-1], head.get_weights()[-1] + sharpen])
    folder = presets_folder() / name
    save_preset(folder, network, config, model)
    shutil.copyfile(run / "history.csv", folder / "history.csv")
    shutil.copyfile(run / "loss.svg", folder / "loss.svg")
    (folder / "training.json").write_text(json.dumps(settings["training"], indent=1) + "\n")


if __name__ == "__main__":
    publish()
