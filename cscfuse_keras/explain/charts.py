"""Charts as SVG, in the colours of the page."""

from collections.abc import Sequence

import numpy as np

_WIDTH, _HEIGHT = 220, 90


def bars(values: np.ndarray, low: float, high: float, label: str) -> str:
    """Bars of values, the largest first, between two values of the axis.

    Args:
        values: one a bar.
        low: at the bottom, 0 or less.
        high: at the top, 0 or more.
        label: says what is shown, for those who cannot see it.
    """
    extent = high - low or 1.0
    zero = _HEIGHT * high / extent
    step = _WIDTH / len(values)
    shapes = []
    for k, value in enumerate(np.sort(values)[::-1]):
        length = _HEIGHT * abs(float(value)) / extent
        top = zero - length if value > 0 else zero
        shapes.append(
            f'<rect x="{k * step:.2f}" y="{top:.2f}" width="{max(0.8 * step, 0.5):.2f}" height="{length:.2f}"/>'
        )
    return (
        f'<svg class="chart" viewBox="0 -2 {_WIDTH} {_HEIGHT + 4}" role="img" aria-label="{label}">{"".join(shapes)}'
        f'<line x1="0" x2="{_WIDTH}" y1="{zero:.2f}" y2="{zero:.2f}"/></svg>'
    )


def curve(values: Sequence[float], label: str) -> str:
    """Values joined by lines from left to right, from 0 up; the dashed line is at 1."""
    top = max(1.05, *(value for value in values if value == value))
    places = np.linspace(8, _WIDTH - 8, len(values)) if len(values) > 1 else np.array([_WIDTH / 2])
    points = [(x, _HEIGHT * (1 - value / top)) for x, value in zip(places, values, strict=True) if value == value]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points)
    one = _HEIGHT * (1 - 1 / top)
    return (
        f'<svg class="chart" viewBox="0 -6 {_WIDTH} {_HEIGHT + 8}" role="img" aria-label="{label}">'
        f'<line class="one" x1="0" x2="{_WIDTH}" y1="{one:.1f}" y2="{one:.1f}"/>'
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}"/><polyline points="{line}"/>{dots}</svg>'
    )


def swatch(colour: Sequence[int]) -> str:
    """A square of a colour, for legends."""
    red, green, blue = (int(level) for level in colour)
    return (
        '<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">'
        f'<rect width="10" height="10" fill="rgb({red},{green},{blue})"/></svg>'
    )
