"""The figures of a trace as plain data."""

import math
from typing import Any

from cscfuse_keras.explain.traces import Box, Trace, UnitTrace


def figures(trace: Trace, box: Box | None = None) -> dict[str, Any]:
    """What is measured of units and sources, for JSON; None where there is no value.

    Args:
        trace: what was followed.
        box: that is told of beside the whole picture.
    """
    height, width = trace.contributions.fused.shape[:2]
    regions = {"whole": (0, 0, width, height), **({} if box is None else {"box": box})}
    return {
        "network": trace.network,
        "stacks": [
            {
                "name": stack.name,
                "coder": stack.coder,
                "residuals_fall": stack.residuals_fall,
                "units": [_unit(unit) for unit in stack.units],
            }
            for stack in trace.stacks
        ],
        "shares": {
            name: [
                {"name": share.name, "brightness": share.brightness, "variation": _value(share.variation)}
                for share in trace.contributions.shares(region)
            ]
            for name, region in regions.items()
        },
        "definition": trace.contributions.definition,
        "remainder": trace.contributions.remainder,
    }


def _unit(unit: UnitTrace) -> dict[str, Any]:
    return {
        "name": unit.name,
        "activation": unit.activation,
        "sparsity": unit.sparsity,
        "energy": unit.energy,
        "residual_norm": _value(unit.residual_norm),
        "channels": unit.code.shape[-1],
        "active_channels": unit.active_channels,
        "active_thresholds": unit.active_thresholds,
        "thresholds": None if unit.threshold is None else sorted(map(float, unit.threshold), reverse=True),
        "slopes": None if unit.slope is None else sorted(map(float, unit.slope), reverse=True),
        "transposition": unit.transposition,
        "reach": unit.reach,
    }


def _value(value: float) -> float | None:
    return None if math.isnan(value) else value
