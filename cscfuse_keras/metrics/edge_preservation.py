"""Edge preservation (Qabf): how well the sources' edges survive in the fused image."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images


class _Edges(NamedTuple):
    strength: GreyImage
    orientation: GreyImage


def edge_preservation(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return Q^AB/F of Xydeas and Petrovic (Electronics Letters 36(4), 2000) with L = 1.

    At each pixel and for each source, the relative strength G = min(g_A, g_F)/max(g_A, g_F) and the relative
    orientation A = 1 - |alpha_A - alpha_F|/(pi/2) of the Sobel edges give the preservation
    0.9994/(1 + exp(-15 (G - 0.5))) * 0.9879/(1 + exp(-22 (A - 0.8))). The result is its mean over all pixels
    and sources, weighted by the source's edge strength. As in the implementations in use, images are zero
    beyond their border, which is therefore an edge.

    Args:
        fused: array of shape (height, width) in 0..255.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value in 0..1, at most 0.975 (reached by identical images); NaN where all sources are 0 everywhere,
        since there is then no edge to preserve.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources)
    fused_edges = _edges(fused)
    preserved = total = 0.0
    for source in sources:
        edges = _edges(source)
        preserved += float(np.sum(_preservation(edges, fused_edges) * edges.strength))
        total += float(np.sum(edges.strength))
    return preserved / total if total > 0 else float("nan")


def _edges(image: GreyImage) -> _Edges:
    across = cv2.Sobel(image, cv2.CV_64F, 1, 0, borderType=cv2.BORDER_CONSTANT)
    up = -cv2.Sobel(image, cv2.CV_64F, 0, 1, borderType=cv2.BORDER_CONSTANT)
    # An orientation, not a direction: -pi/2 < alpha <= pi/2, and pi/2 wherever nothing changes across.
    slope = np.divide(up, across, out=np.full_like(up, np.inf), where=across != 0)
    return _Edges(np.hypot(across, up), np.arctan(slope))


def _preservation(source: _Edges, fused: _Edges) -> GreyImage:
    weaker = np.minimum(source.strength, fused.strength)
    stronger = np.maximum(source.strength, fused.strength)
    strength = np.divide(weaker, stronger, out=np.ones_like(weaker), where=stronger > 0)
    orientation = 1 - np.abs(source.orientation - fused.orientation) / (np.pi / 2)
    strength_preserved = 0.9994 / (1 + np.exp(-15 * (strength - 0.5)))
    orientation_preserved = 0.9879 / (1 + np.exp(-22 * (orientation - 0.8)))
    return strength_preserved * orientation_preserved
