"""What a network learned and what it does with pictures: codes, thresholds, residuals, weights, shares of the sources.

from cscfuse_keras.explain import trace

followed = trace(cscfuse_keras.from_preset("ivf"), {"infrared": infrared, "visible": visible})
[unit.sparsity for stack in followed.stacks for unit in stack.units]
"""

from cscfuse_keras.explain.callback import UnitLog
from cscfuse_keras.explain.traces import (
    ChannelGroup,
    Contributions,
    Share,
    StackTrace,
    Trace,
    UnitTrace,
    WeightMap,
)
from cscfuse_keras.explain.tracing import trace, trace_stacks

__all__ = [
    "ChannelGroup",
    "Contributions",
    "Share",
    "StackTrace",
    "Trace",
    "UnitLog",
    "UnitTrace",
    "WeightMap",
    "trace",
    "trace_stacks",
]
