"""What scores do not tell of infrared-visible fusion: clipping, noise, hue; pair by pair, the worst pairs named.

python benchmarks/ivf_faults.py --infrared ir/ --visible vis/ [--preset ivf --preset ivf-paper]

- clipped: share of pixels at 0 or 255 in the fused luma where neither source is there.
- noise: in flat blocks of 8 x 8 (the tenth in which both sources deviate least, clipped blocks left out), median of the
  fused luma's deviation divided by the smaller one of the sources. 1: no stronger than in the cleaner source.
- halo: of the pixels that have nothing but even ground within three pixels in both sources, the share about which the
  fused luma is uneven: brightness that spreads further than three pixels from an edge, and blotches.
- hue: mean change of hue in degrees, over pixels whose chroma is not small; colour pictures only.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import click
import cv2
import numpy as np

from cscfuse_keras.io import read_picture, to_unit
from cscfuse_keras.tasks.colour import luma
from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.tasks.ivf_scores import plan

BLOCK = 8
HALO_RADIUS = 3
EVEN, UNEVEN = 6, 12
"""Ranges of luma, of 255, within `HALO_RADIUS`, noise smoothed away, that count as even and as uneven."""


def clipped_share(fused: np.ndarray, sources: list[np.ndarray]) -> float:
    """Share of pixels clipped in the fused picture alone; images uint8 (height, width)."""
    ends = [(image == 0) | (image == 255) for image in (fused, *sources)]
    return float(np.mean(ends[0] & ~ends[1] & ~ends[2]))


def noise_ratio(fused: np.ndarray, sources: list[np.ndarray]) -> float:
    """Median over flat blocks of the fused deviation over the smaller one of the sources; NaN if none is flat."""
    deviations = [_block_deviations(image) for image in (fused, *sources)]
    inside = np.all([np.abs(_block_means(image) - 127.5) < 119.5 for image in sources], axis=0)
    flattest = np.maximum(*deviations[1:])
    if not inside.any():
        return float("nan")
    flat = inside & (flattest <= np.quantile(flattest[inside], 0.1))
    cleaner = np.minimum(*deviations[1:])[flat]
    return float(np.median(deviations[0][flat] / np.maximum(cleaner, 0.3)))


def halo_share(fused: np.ndarray, sources: list[np.ndarray]) -> float:
    """Share of pixels with even surroundings in both sources where the fused ones are uneven; images uint8."""
    result, *ranges = [_local_range(image) for image in (fused, *sources)]
    even = np.maximum(*ranges) < EVEN
    return float(np.mean(result[even] > UNEVEN)) if even.any() else float("nan")


def hue_change(fused: np.ndarray, visible: np.ndarray) -> float:
    """Mean change of the angle of chroma in degrees; images RGB (height, width, 3) in [0, 1]."""
    angles, strengths = [], []
    for image in (fused, visible):
        chroma = cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2YCrCb)[..., 1:] - 0.5
        angles.append(np.arctan2(chroma[..., 0], chroma[..., 1]))
        strengths.append(np.hypot(chroma[..., 0], chroma[..., 1]))
    coloured = np.minimum(*strengths) > 0.02
    change = np.abs(np.angle(np.exp(1j * (angles[0] - angles[1]))))[coloured]
    return float(np.degrees(change.mean())) if change.size else float("nan")


def _local_range(image):
    smooth = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1)
    window = np.ones((2 * HALO_RADIUS + 1, 2 * HALO_RADIUS + 1), np.uint8)
    return cv2.dilate(smooth, window) - cv2.erode(smooth, window)


def _blocks(image):
    rows, columns = (side // BLOCK for side in image.shape)
    cut = image[: rows * BLOCK, : columns * BLOCK].astype(np.float64)
    return cut.reshape(rows, BLOCK, columns, BLOCK)


def _block_means(image):
    return _blocks(image).mean(axis=(1, 3))


def _block_deviations(image):
    return _blocks(image).std(axis=(1, 3))


def _eight_bit(image):
    return np.rint(255 * np.clip(luma(image) if image.ndim == 3 else image, 0, 1)).astype(np.uint8)


@click.command()
@click.option("--infrared", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--visible", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--preset", "presets", multiple=True, default=("ivf", "ivf-paper"), show_default=True)
def main(infrared: Path, visible: Path, presets: tuple[str, ...]) -> None:
    """Judge presets on all pairs of two folders."""
    items, _ = plan(infrared, visible)
    for preset in presets:
        fuser, rows = IVFFuser(preset), {}
        for item in items:
            images = [read_picture(path) for path in (item.infrared, item.visible)]
            units = [to_unit(image.pixels, image.full_scale) for image in images]
            fused = fuser.fuse(*units)
            grey = [_eight_bit(image) for image in (fused, *units)]
            hue = hue_change(fused, units[1]) if fused.ndim == 3 else float("nan")
            rows[item.name] = *(fault(grey[0], grey[1:]) for fault in (clipped_share, noise_ratio, halo_share)), hue
        values = np.array(list(rows.values()))
        names = list(rows)
        click.echo(f"{preset}, {len(items)} pairs")
        for column, title, unit in ((0, "clipped", 100), (1, "noise", 1), (2, "halo", 100), (3, "hue", 1)):
            found = values[:, column]
            if np.isfinite(found).any():
                worst = sorted(np.flatnonzero(np.isfinite(found)), key=lambda k: -found[k])[:5]
                listed = ", ".join(f"{names[k]} {unit * found[k]:.2f}" for k in worst)
                click.echo(f"  {title:8} mean {unit * np.nanmean(found):6.2f}   worst: {listed}")


if __name__ == "__main__":
    main()
