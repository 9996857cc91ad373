"""What a fused image lacks to another one, figure by figure: to get better at one thing and worse at none."""

from keras import ops

from cscfuse_keras.losses.edge_preservation import edge_preservation, spatial_frequency
from cscfuse_keras.losses.fused_tone import correlations_of_differences
from cscfuse_keras.losses.mutual_information import mutual_information
from cscfuse_keras.losses.visual_information import visual_information

LARGEST_CORRELATIONS = 1.95
"""Correlations of differences that are enough, whatever is asked for."""

_BINS = 64
_TINY = 1e-4


def lack_of_figures(
    fused, reference, sources, more_differences: float = 0.0, spare_information: float = 0.0, spare_edges: float = 0.0
):
    """Sum of the shares of a reference image's figures that a fused image lacks; what is beyond them counts nothing.

    The figures are standard deviation, spatial frequency, mutual information, visual information, Qabf, and, as they
    are instead of as shares, correlations of differences (SCD).

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1], at least 41 x 41 pixels.
        reference: likewise.
        sources: tensor (batch, height, width, sources) in [0, 1].
        more_differences: SCD asked for beyond the reference's, up to `LARGEST_CORRELATIONS`.
        spare_information: share of the reference's visual information that may be lost.
        spare_edges: share of its Qabf that may be lost.

    Returns:
        Tensor (batch,), from 0 up.
    """
    shares = (1, 1, 1, 1 - spare_information, 1 - spare_edges)
    triples = zip(shares, _figures(fused, sources), _figures(reference, sources), strict=True)
    lacking = sum(ops.relu(share - figure / (wanted + _TINY)) for share, figure, wanted in triples)
    enough = correlations_of_differences(reference, sources) + more_differences
    enough = ops.minimum(enough, LARGEST_CORRELATIONS)
    return lacking + ops.relu(enough - correlations_of_differences(fused, sources))


def _figures(image, sources):
    return (
        ops.std(image, axis=(1, 2, 3)),
        spatial_frequency(image),
        ops.sum(mutual_information(image, sources, bins=_BINS, step=1), axis=-1),
        ops.sum(visual_information(image, sources), axis=-1),
        edge_preservation(image, sources),
    )
