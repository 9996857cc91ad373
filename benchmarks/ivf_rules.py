"""Rules and gains for an infrared-visible preset, by a grid on the training run's own validation pairs.

    python benchmarks/ivf_rules.py RUN --infrared DIR --visible DIR [-o grid.csv]

The decoder is affine before its sigmoid, so each pair is coded once and every rule decoded once; all gains follow
from that.
"""

import csv
import itertools
import json
from pathlib import Path

import click
import keras
import numpy as np
from rich.progress import track

from cscfuse_keras.fusion import RULES
from cscfuse_keras.metrics import metrics_for
from cscfuse_keras.runtimes.host_merge import merge
from pipelines.sources import find_pictures, read_grey, split_by_stem

BASE_RULES = ("saliency", "average", "l1_norm")
DETAIL_RULES = ("l1_norm", "average", "saliency")
BASE_GAINS = (2.0, 2.25, 2.5, 2.75)
DETAIL_GAINS = (1.5, 2.0, 2.5, 3.0)


def decoded(decoder, code: np.ndarray) -> np.ndarray:
    """g(code) of one code (height, width, channels), before the sigmoid."""
    return np.asarray(keras.ops.convert_to_numpy(decoder.reconstruct(code[None])))[0, ..., 0]


def scores_of_pair(model, infrared: np.ndarray, visible: np.ndarray) -> dict[tuple, list[float]]:
    """Table 1 metrics of a pair for every point of the grid."""
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    codes = [[code[0] for code in encoder.predict_on_batch(image[None])] for image in (infrared, visible)]
    offset = decoded(decoder, np.zeros((8, 8, codes[0][0].shape[-1]), np.float32))[4, 4]
    maps = [
        {rule: decoded(decoder, merge(rule, codes[0][branch], codes[1][branch])) - offset for rule in rules}
        for branch, rules in enumerate((BASE_RULES, DETAIL_RULES))
    ]
    sources = [np.rint(255.0 * image[..., 0]).astype(np.float64) for image in (infrared, visible)]
    result = {}
    for point in itertools.product(BASE_RULES, DETAIL_RULES, BASE_GAINS, DETAIL_GAINS):
        base_rule, detail_rule, base_gain, detail_gain = point
        logit = base_gain * maps[0][base_rule] + detail_gain * maps[1][detail_rule] + 2 * offset
        fused = np.rint(255.0 / (1 + np.exp(-logit.astype(np.float64))))
        result[point] = [metric.function(fused, sources) for metric in metrics_for("ivf")]
    return result


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True))
@click.option("--infrared", required=True, type=click.Path(path_type=Path))
@click.option("--visible", required=True, type=click.Path(path_type=Path))
@click.option("--most", default=10, show_default=True, help="Validation pairs to use.")
@click.option("-o", "--output", default="grid.csv", type=click.Path(path_type=Path))
def main(run: Path, infrared: Path, visible: Path, most: int, output: Path) -> None:
    """Score all rules and gains on RUN's validation pairs."""
    training = json.loads((run / "settings.json").read_text())["training"]
    pictures = find_pictures([infrared, visible])
    _, held_out = split_by_stem(pictures, training["validation_share"], training["seed"])
    stems = sorted({path.stem for path in held_out})[:most]
    model = keras.saving.load_model(run / "best.keras", compile=False)
    assert set(BASE_RULES) | set(DETAIL_RULES) <= set(RULES)
    totals: dict[tuple, np.ndarray] = {}
    for stem in track(stems, "pairs"):
        pair = [
            read_grey(next(path for path in held_out if path.stem == stem and folder in path.parents))
            for folder in (infrared, visible)
        ]
        for point, scores in scores_of_pair(model, *pair).items():
            totals[point] = totals.get(point, 0) + np.array(scores) / len(stems)
    with output.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "base_rule",
                "detail_rule",
                "base_gain",
                "detail_gain",
                *(row.name for row in metrics_for("ivf")),
            ]
        )
        writer.writerows([*point, *np.round(scores, 4)] for point, scores in totals.items())


if __name__ == "__main__":
    main()
