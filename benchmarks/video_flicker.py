"""How much fused videos flicker where their sources do: python benchmarks/video_flicker.py INFRARED VISIBLE.

A registered pair of pictures, made small, stands still but for noise and for a block of the infrared picture, of the
visible one, or of both that flickers. Told, without and with statistics that are averaged over time: the change of the
fused mean from picture to picture as a share of that of the source that changes more, and what is left of the change of
a corner that changes in no source.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from collections.abc import Iterator
from pathlib import Path

import click
import cv2
import numpy as np

from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.video.steady import SteadyStatistics

SIZE = 160, 128
RATE = 25
PICTURES = 30
NOISE = 0.012
BLOCK = slice(30, 70), slice(60, 110)
CORNER = slice(112, None), slice(120, None)
KINDS = {"infrared flickers": (True, False), "visible flickers": (False, True), "both flicker": (True, True)}


def video(pair: list[np.ndarray], flickering: tuple[bool, bool]) -> Iterator[list[np.ndarray]]:
    """Pairs of pictures; the block changes every second one, six times a second."""
    generator = np.random.default_rng(0)
    for k in range(PICTURES):
        pictures = [image.copy() for image in pair]
        for picture, flickers in zip(pictures, flickering, strict=True):
            if flickers:
                picture[BLOCK] = 1.0 if k // 2 % 2 else 0.3
        noisy = [picture + generator.normal(0, NOISE, picture.shape) for picture in pictures]
        yield [np.clip(picture, 0, 1).astype(np.float32) for picture in noisy]


def changes(
    fuser: IVFFuser, pair: list[np.ndarray], flickering: tuple[bool, bool], steady: bool
) -> tuple[float, float]:
    """Change of the fused mean as a share of that of the sources, and change of the corner's mean."""
    statistics = SteadyStatistics()
    fuser.runtime.over_time = statistics if steady else None
    means, corners = [], []
    for k, pictures in enumerate(video(pair, flickering)):
        statistics.advance(k / RATE, *pictures)
        fused = fuser.fuse(*pictures)
        means.append([image.mean(dtype=np.float64) for image in (*pictures, fused)])
        corners.append(fused[CORNER].mean(dtype=np.float64))
    *sources, of_fused = np.abs(np.diff(means, axis=0)).mean(axis=0)
    return of_fused / max(sources), float(np.abs(np.diff(corners)).mean())


@click.command()
@click.argument("infrared", type=click.Path(path_type=Path, exists=True))
@click.argument("visible", type=click.Path(path_type=Path, exists=True))
@click.option("--preset", "presets", multiple=True, default=("ivf", "ivf-lite", "ivf-paper"), show_default=True)
def main(infrared: Path, visible: Path, presets: tuple[str, ...]) -> None:
    """Measure on a pair of pictures."""
    grey = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in (infrared, visible)]
    pair = [cv2.resize(image, SIZE, interpolation=cv2.INTER_AREA).astype(np.float32) / 255 for image in grey]
    for preset in presets:
        fuser = IVFFuser(preset)
        for kind, flickering in KINDS.items():
            (alone, corner), (steady, steady_corner) = (
                changes(fuser, pair, flickering, averaged) for averaged in (False, True)
            )
            click.echo(
                f"{preset}, {kind}: mean {alone:.2f} alone, {steady:.2f} averaged; corner {steady_corner / corner:.2f}"
            )


if __name__ == "__main__":
    main()
