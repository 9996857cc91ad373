"""How names, numbers and directions are put before a reader."""

import math

from cscfuse_keras.report.scores import Column

NO_VALUE = "–"
ARROWS = {"higher": "↑", "lower": "↓"}


def shown_number(value: float) -> str:
    """A number to three decimals, or to two digits where these would be zeros."""
    if math.isnan(value):
        return NO_VALUE
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    tiny = value != 0 and abs(value) < 0.0005
    return f"{value:.1e}" if tiny else f"{value:.3f}"


def heading(metric: Column) -> str:
    """A metric's name with the arrow of its better direction."""
    return f"{metric.name} {ARROWS[metric.direction]}"
