"""How far an infrared-visible picture itself can go: its pixels are optimised, one picture at a time, by no network.

python benchmarks/ivf_bound.py ivf --data flir_train --every 36

Each pixel of what MODEL makes is free; SCD is to grow while no other figure falls, flat areas become calmer, and no
pixel clips. It tells what a network misses that the pictures would allow; it is no way of fusing.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import click
import cv2
import keras
import numpy as np
import tensorflow as tf
from ivf_tune import FAULTS, METRICS, figures_of

from cscfuse_keras.losses.fused_tone import near_clipping, noise_in_flat_areas
from cscfuse_keras.losses.reference_figures import lack_of_figures
from cscfuse_keras.tasks.ivf import IVFFuser
from pipelines.pairs import find_pairs

STEPS = 150
LARGEST_STEP = 3e-3
NOISE_WEIGHT = 0.05
CLIPPING_WEIGHT = 10.0
BIN = 1 / 64
"""Width of a histogram's bin in the mutual information: grey values move by half of it, so as not to gather in bins."""


def optimised(fused: np.ndarray, pair: list[np.ndarray], more_differences: float) -> np.ndarray:
    """A fused picture (height, width) in [0, 1], its pixels changed."""
    sources = tf.constant(np.stack(pair, axis=-1)[np.newaxis])
    start = tf.constant(fused[np.newaxis, ..., np.newaxis])
    pixels = tf.Variable(start)
    rule = keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(LARGEST_STEP, STEPS, LARGEST_STEP / 20))
    shifts = np.random.default_rng(0).uniform(-BIN / 2, BIN / 2, STEPS).astype(np.float32)

    @tf.function
    def step(shift):
        with tf.GradientTape() as tape:
            image = tf.clip_by_value(pixels, 0.0, 1.0)
            lack = lack_of_figures(image + shift, start, sources, more_differences)
            faults = NOISE_WEIGHT * noise_in_flat_areas(image, sources) + CLIPPING_WEIGHT * near_clipping(pixels)
            loss = tf.reduce_sum(lack + faults)
        rule.apply([tape.gradient(loss, pixels)], [pixels])

    for shift in shifts:
        step(tf.constant(shift))
    return np.clip(pixels.numpy()[0, ..., 0], 0, 1)


@click.command()
@click.argument("model")
@click.option("--data", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--every", default=36, show_default=True, help="Use each so many-th pair.")
@click.option("--more-differences", default=0.12, show_default=True, help="SCD asked for beyond that of MODEL.")
def main(model: str, data: Path, every: int, more_differences: float) -> None:
    """Print the figures of what MODEL makes, a preset or .keras file, and of the same with its pixels free."""
    fuser = IVFFuser(model)
    found = []
    for pair in find_pairs([data])[::every]:
        grey = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in (pair.infrared, pair.visible)]
        images = [image.astype(np.float32) / 255 for image in grey]
        fused = np.asarray(fuser.fuse(*images))
        free = optimised(fused, images, more_differences)
        figures = [figures_of(np.rint(255 * image).astype(np.uint8), grey) for image in (fused, free)]
        found.append([list(each.values()) for each in figures])
    click.echo(f"{len(found)} pairs: " + ", ".join([*METRICS, *FAULTS]))
    for name, figures in zip((model, "its pixels free"), np.nanmean(found, axis=0), strict=True):
        click.echo(f"{name}: " + ", ".join(f"{figure:.4g}" for figure in figures))


if __name__ == "__main__":
    main()
