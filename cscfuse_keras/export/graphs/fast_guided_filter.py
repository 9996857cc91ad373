"""The fast guided filter by TensorFlow: the numbers of `cscfuse_keras.layers.fast_guided_filter` up to rounding."""

from cscfuse_keras.deployment.local_lines import local_lines
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.graphs.resize import enlarge


def fast_guided_filter(low_guide, source, guide, radius: int, epsilon: float, scale: int, grid: str):
    """See `cscfuse_keras.layers.fast_guided_filter.fast_guided_filter`."""
    slope, offset = local_lines(TensorFlowOperations(), low_guide, source, radius, epsilon)
    return enlarge(slope, scale, grid) * guide + enlarge(offset, scale, grid)
