"""Weights between those of two models of one lineage: python benchmarks/average_models.py A B --share 0.3 -o NEW.keras.

Of trainings that went on from one another, the mean often scores better than either; settings are those of A.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import click

from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.models.presets import load_preset


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--task", default="ivf", type=click.Choice(sorted({network.task for network in NETWORKS.values()})))
@click.option("--share", default=0.5, show_default=True, type=click.FloatRange(0, 1), help="Of B.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
def main(first: str, second: str, task: str, share: float, output: Path) -> None:
    """Average two presets or .keras files."""
    model, other = (load_preset(name, task).model for name in (first, second))
    model.set_weights(
        [(1 - share) * one + share * two for one, two in zip(model.get_weights(), other.get_weights(), strict=True)]
    )
    model.save(output)


if __name__ == "__main__":
    main()
