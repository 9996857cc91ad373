"""Fusion artifacts (Nabf): how much edge the fused image has that is in none of its sources."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images

_LEAST_STRENGTH = 2.0
_LEAST_WEIGHT = 0.001


class _Edges(NamedTuple):
    strength: GreyImage
    orientation: GreyImage


def fusion_artifacts(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return Nabf as modified by Shreyamsha Kumar (Signal, Image and Video Processing 7(6), 2013).

    Edges are Sobel's, divided by 8. Where the fused edge is stronger than every source's, each source's loss 1 - Q
    counts, weighted by its strength to the power 1.5 (0.001 where the strength is below 2); the sum is divided by that
    of the weights over all pixels. Q = sqrt(0.9999/(1 + exp(-19 (G - 0.5))) * 0.9995/(1 + exp(-22 (A - 0.5)))), with
    relative strength G = min/max of both, 0 where either is 0, and relative orientation A = 1 - |difference|/(pi/2),
    after Petrovic and Xydeas, Objective image fusion performance characterisation, ICCV 2005. Images are mirrored
    beyond their border without repeating the edge.

    Args:
        fused: array of shape (height, width) in 0..255, at least 2 x 2.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value in 0..1; 0 where no fused edge is stronger than all sources', as for identical images.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    return _artifacts(fused, sources, _weight, shared=False)


def unweighted_fusion_artifacts(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return `fusion_artifacts` with even weights.

    Many papers, first Li and Wu's on DenseFuse (IEEE Transactions on Image Processing 28(5), 2019), give images in
    [0, 1] to the program that was made for 0..255: no strength then reaches 2, and all weights are equal.
    """
    return _artifacts(fused, sources, np.ones_like, shared=False)


def petrovic_fusion_artifacts(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return Nabf in Petrovic and Xydeas' own form: the sources' losses are added, and so are their weights.

    Else as `fusion_artifacts`; the values reach from 0 to the number of sources.
    """
    return _artifacts(fused, sources, _weight, shared=True)


def _artifacts(fused, sources, weight, shared):
    """Weighted mean of the losses; `shared` lets each loss count with the weights of all sources."""
    fused, sources = grey_images(fused, sources, minimum_size=2)
    fused_edges = _edges(fused)
    edges = [_edges(source) for source in sources]
    added = np.all([fused_edges.strength > source.strength for source in edges], axis=0)
    losses = [1 - _preservation(source, fused_edges) for source in edges]
    weights = [weight(source.strength) for source in edges]
    total = sum(weights)
    if shared:
        weights = [total] * len(weights)
    artifacts = sum(weight * loss for weight, loss in zip(weights, losses, strict=True))
    return float(np.sum(artifacts, where=added) / np.sum(total))


def _edges(image: GreyImage) -> _Edges:
    across, down = (
        cv2.Sobel(image, cv2.CV_64F, dx, 1 - dx, scale=1 / 8, borderType=cv2.BORDER_REFLECT_101) for dx in (1, 0)
    )
    slope = np.divide(across, down, out=np.where(across == 0, 0.0, np.inf), where=down != 0)
    return _Edges(np.hypot(across, down), np.arctan(slope))


def _weight(strength: GreyImage) -> GreyImage:
    return np.where(strength >= _LEAST_STRENGTH, strength**1.5, _LEAST_WEIGHT)


def _preservation(source: _Edges, fused: _Edges) -> GreyImage:
    weaker = np.minimum(source.strength, fused.strength)
    stronger = np.maximum(source.strength, fused.strength)
    strength = np.divide(weaker, stronger, out=np.zeros_like(weaker), where=stronger > 0)
    # Orientations repeat after pi, and so does this.
    orientation = np.abs(np.abs(source.orientation - fused.orientation) - np.pi / 2) / (np.pi / 2)
    strength_preserved = 0.9999 / (1 + np.exp(-19 * (strength - 0.5)))
    orientation_preserved = 0.9995 / (1 + np.exp(-22 * (orientation - 0.5)))
    return np.sqrt(strength_preserved * orientation_preserved)
