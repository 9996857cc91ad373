"""Infrared-visible fusion by the paper's network, as one TensorFlow function."""

import keras

from cscfuse_keras.deployment.parts import ivf_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.graphs.colour import luma, with_luma
from cscfuse_keras.export.graphs.merge_rules import RULES, SALIENCY_RADIUS

_OPERATIONS = TensorFlowOperations()


def graph(
    fusion: keras.Model, size: tuple[int, int] | None = None, exposures: int | None = None, rescale: bool = True
) -> Graph:
    """See `cscfuse_keras.export.graphs.graph_for`; inputs `infrared` (grey) and `visible` (RGB)."""
    height, width = size or (None, None)
    encoder, decoder = ivf_parts(fusion, rescale)
    merges = [fusion.get_layer("merge_base"), fusion.get_layer("merge_detail")]

    def fused_grey(infrared, visible):
        codes = zip(encoder(_OPERATIONS, infrared), encoder(_OPERATIONS, visible), strict=True)
        base, detail = (merge.gain * RULES[merge.rule](*pair) for merge, pair in zip(merges, codes, strict=True))
        (fused,) = decoder(_OPERATIONS, base + detail)
        return fused

    salient = any(merge.rule == "saliency" for merge in merges)
    return Graph(
        inputs={"infrared": (1, height, width, 1), "visible": (1, height, width, 3)},
        output=(1, height, width, 3),
        function=lambda infrared, visible: with_luma(visible, fused_grey(infrared, luma(visible))),
        smallest=max(encoder.smallest, SALIENCY_RADIUS if salient else 0),
    )
