"""Tune what an infrared-visible pyramid network does with its maps, by measured scores, without training.

python benchmarks/ivf_tune.py MODEL --data flir_train --data llvip --goal llvip:SD=42 -o NEW.keras

The layers that make the maps of codes get other biases and gains, and the blend another contrast: 21 numbers, which
leave what is found as it is and change what is made of it. A training's objective only comes near the scores; these are
computed. Each step solves a linear program about the scores' slopes (differences at first, then Broyden's update), so
that the sum of what goals are missed by, in their units, falls. Choose on pairs that are not the ones to report.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import cv2
import keras
import numpy as np
from ivf_faults import clipped_share, halo_share, noise_ratio
from scipy.optimize import linprog

from cscfuse_keras.fusion.blend_pair import blend_pair
from cscfuse_keras.layers.pyramid import halve
from cscfuse_keras.metrics import evaluate_ivf, metrics_named
from cscfuse_keras.models.presets import load_preset
from pipelines.pairs import find_pairs

METRICS = {
    "EN": "EN",
    "SD": "SD-global",
    "SF": "SF-valid",
    "MI": "MI-nats",
    "SCD": "SCD",
    "VIF": "VIFp",
    "Qabf": "Qabf",
}
FAULTS: dict[str, Callable[..., float]] = {"noise": noise_ratio, "clipped": clipped_share, "halo": halo_share}
"""These are to stay below their goals, the metrics above theirs."""

UNITS = {
    **{"EN": 0.05, "SD": 0.7, "SF": 0.7, "MI": 0.06, "SCD": 0.04, "VIF": 0.02, "Qabf": 0.01},
    **{"noise": 0.4, "clipped": 4e-4, "halo": 1e-3},
}
"""What to miss counts one."""

LONGEST_SIDE = 640
STEP_OF_DIFFERENCES = 0.15
LARGEST = 1.5


class Pair:
    """A pair, with what the network finds in it.

    Args:
        name: of the data set.
        paths: of the infrared and the visible picture.
        weigher: of the network.
    """

    def __init__(self, name: str, paths: Sequence[Path], weigher: keras.Model):
        self.name = name
        images = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]
        smaller = min(1.0, LONGEST_SIDE / max(images[0].shape))
        self.grey = [cv2.resize(image, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA) for image in images]
        finest = np.stack(self.grey, axis=-1)[None].astype(np.float32) / 255
        self.levels: list[Any] = [keras.ops.convert_to_tensor(finest)]
        for _ in weigher.inputs[1:]:
            self.levels.append(halve(self.levels[-1]))
        self.found = weigher(self.levels)


class Tuning:
    """The numbers to tune of a model, and what comes of them."""

    def __init__(self, model: keras.Model):
        self.model = model
        weigher = model.get_layer("weigher")
        count = len(weigher.inputs)
        names = [*(f"code_to_map_{k}" for k in range(count)), "code_to_pixel_maps"]
        self.heads = [weigher.get_layer(name) for name in names]
        self.biases = [head.get_weights()[-1] for head in self.heads]
        self.contrast = model.get_layer("blend").contrast
        self.size = sum(map(len, self.biases)) + len(self.heads) + 1

    def parts(self, numbers: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, float]:
        """What is added to each head's biases, what to its gain of 1, and the contrast."""
        ends = np.cumsum([len(bias) for bias in self.biases])
        added = np.split(numbers[: ends[-1]].astype(np.float32), ends[:-1])
        return added, numbers[ends[-1] : -1].astype(np.float32), self.contrast + float(numbers[-1])

    def fused(self, pair: Pair, numbers: np.ndarray) -> np.ndarray:
        """A fused picture, uint8."""
        added, gains, contrast = self.parts(numbers)
        maps = [
            bias + (1 + gain) * (found - bias) + more
            for found, bias, gain, more in zip(pair.found, self.biases, gains, added, strict=True)
        ]
        fused = keras.ops.convert_to_numpy(blend_pair(pair.levels, maps[:-1], maps[-1], contrast))
        return np.rint(255 * fused[0, ..., 0]).astype(np.uint8)

    def apply(self, numbers: np.ndarray) -> keras.Model:
        """The model, changed."""
        added, gains, contrast = self.parts(numbers)
        for head, more, gain in zip(self.heads, added, gains, strict=True):
            kernel, bias = head.get_weights()
            head.set_weights([kernel * (1 + gain), bias + more])
        self.model.get_layer("blend").contrast = contrast
        return self.model


def figures_of(fused: np.ndarray, grey: Sequence[np.ndarray]) -> dict[str, float]:
    """Metrics and faults of a fused picture of two, all uint8."""
    known = evaluate_ivf(fused, *grey, metrics_named("ivf", ",".join(METRICS.values())))
    found = {name: known[metric] for name, metric in METRICS.items()}
    return found | {name: fault(fused, grey) for name, fault in FAULTS.items()}


def scores_of(tuning: Tuning, pairs: Sequence[Pair], goals: dict, numbers: np.ndarray) -> np.ndarray:
    """The scores that have goals, as means over the pairs of their data set."""

    def judged(pair):
        return pair.name, figures_of(tuning.fused(pair, numbers), pair.grey)

    with ThreadPoolExecutor() as threads:
        all_found = list(threads.map(judged, pairs))
    return np.array(
        [np.nanmean([found[name] for data, found in all_found if data == wanted]) for wanted, name in goals]
    )


def steps_to(score: Callable[[np.ndarray], np.ndarray], goals: dict, size: int, steps: int) -> np.ndarray:
    """The numbers at which the goals are missed least, as far as so many steps lead."""
    wanted = np.array(list(goals.values()))
    signs = np.array([-1.0 if name in FAULTS else 1.0 for _, name in goals])
    units = signs / [UNITS[name] for _, name in goals]

    def missed(scores):
        return float(np.maximum(0, units * (wanted - scores)).sum())

    numbers, radius = np.zeros(size), 0.12
    scores = score(numbers)
    _tell("start", goals, scores, missed(scores))
    slopes = np.empty((len(wanted), size))
    for k, step in enumerate(STEP_OF_DIFFERENCES * np.eye(size)):
        slopes[:, k] = (score(step) - scores) / STEP_OF_DIFFERENCES
    for number in range(steps):
        largest = np.full(size, radius)
        largest[-1] /= 5
        change = linprog(
            np.r_[np.zeros(size), np.ones(len(wanted))],
            A_ub=np.c_[-units[:, None] * slopes, -np.eye(len(wanted))],
            b_ub=-units * (wanted - scores),
            bounds=[
                *zip(np.maximum(-largest, -LARGEST - numbers), np.minimum(largest, LARGEST - numbers), strict=True),
                *[(0, None)] * len(wanted),
            ],
        ).x[:size]
        tried = score(numbers + change)
        slopes += np.outer(tried - scores - slopes @ change, change) / (change @ change)
        better = missed(tried) < missed(scores)
        _tell(f"step {number + 1}, {'taken' if better else 'left'}", goals, tried, missed(tried))
        if better:
            numbers, scores, radius = numbers + change, tried, min(1.3 * radius, 0.4)
        else:
            radius /= 2
        if radius < 0.02:
            break
    return numbers


def _tell(what, goals, scores, missed):
    listed = ", ".join(f"{data} {name} {score:.3f}" for (data, name), score in zip(goals, scores, strict=True))
    click.echo(f"{what}: misses {missed:.2f}; {listed}")


def _goals(texts: Sequence[str], data: Sequence[Path]) -> dict[tuple[str, str], float]:
    goals = {}
    for text in texts:
        place, _, value = text.partition("=")
        name, _, metric = place.partition(":")
        if name not in {folder.name for folder in data} or metric not in UNITS:
            raise click.BadParameter(f"{text}: expected DATA:METRIC=VALUE, METRIC one of {', '.join(UNITS)}")
        goals[name, metric] = float(value)
    return goals


@click.command()
@click.argument("model")
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--goal", "goals", multiple=True, required=True, help="DATA:METRIC=VALUE, DATA a folder's name.")
@click.option("--every", default=4, show_default=True, help="Use each so many-th pair.")
@click.option("--steps", default=14, show_default=True)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
def main(model: str, data: tuple[Path, ...], goals: tuple[str, ...], every: int, steps: int, output: Path) -> None:
    """Tune MODEL, a preset or .keras file."""
    wanted = _goals(goals, data)
    tuning = Tuning(load_preset(model, "ivf").model)
    weigher = tuning.model.get_layer("weigher")
    pairs = [
        Pair(folder.name, (pair.infrared, pair.visible), weigher)
        for folder in data
        for pair in find_pairs([folder])[::every]
    ]
    numbers = steps_to(functools.partial(scores_of, tuning, pairs, wanted), wanted, tuning.size, steps)
    click.echo(f"numbers: {np.round(numbers, 3).tolist()}")
    tuning.apply(numbers).save(output)


if __name__ == "__main__":
    main()
