"""The loss curve as a picture."""

import math
from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT, MARGIN = 640, 360, 48
COLOURS = {"loss": "#1f77b4", "val_loss": "#d62728"}


def loss_curve_svg(history: Sequence[dict[str, Any]]) -> str:
    """Training and validation loss over epochs as an SVG picture, logarithmic where all losses are positive.

    Args:
        history: rows with `epoch`, `loss` and `val_loss`.
    """
    values = [row[name] for row in history for name in COLOURS]
    logarithmic = min(values) > 0
    scale = math.log10 if logarithmic else float
    low, high = scale(min(values)), scale(max(values))
    extent = high - low or 1.0

    def place(row, name):
        x = MARGIN + (WIDTH - 2 * MARGIN) * (row["epoch"] - 1) / max(len(history) - 1, 1)
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (scale(row[name]) - low) / extent
        return f"{x:.1f},{y:.1f}"

    curves, labels = [], []
    for k, (name, colour) in enumerate(COLOURS.items()):
        points = " ".join(place(row, name) for row in history)
        curves.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        labels.append(
            f'<text x="{WIDTH - MARGIN}" y="{MARGIN + 16 * k}" fill="{colour}" text-anchor="end">'
            f"{name} {history[-1][name]:.4g}</text>"
        )
    bottom, right = HEIGHT - MARGIN, WIDTH - MARGIN
    axes = f'<path d="M{MARGIN},{MARGIN}V{bottom}H{right}" fill="none" stroke="black"/>'
    ticks = (
        f'<text x="{MARGIN - 6}" y="{bottom}" text-anchor="end">{min(values):.3g}</text>'
        f'<text x="{MARGIN - 6}" y="{MARGIN + 4}" text-anchor="end">{max(values):.3g}</text>'
        f'<text x="{right}" y="{bottom + 16}" text-anchor="end">epoch {history[-1]["epoch"]}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{axes}{ticks}{"".join(curves)}{"".join(labels)}</svg>\n'
    )
