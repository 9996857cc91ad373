"""Learned perceptual image patch similarity (LPIPS), by the package of its authors if that is installed."""

import functools
import importlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.metrics.grey_images import GreyImage, grey_images


def perceptual_similarity(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean over the sources of their LPIPS distance to the fused image, with AlexNet.

    Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric, CVPR 2018. Grey images are
    given to the network as RGB of equal channels in [-1, 1].

    Args:
        fused: array of shape (height, width) in 0..255, at least 32 x 32.
        sources: one or more arrays of the same shape, in 0..255.

    Returns:
        A value from 0, which identical images have; lower is better.

    Raises:
        EnvironmentProblem: the package is not installed, or it cannot get the network's weights.
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=32)
    distance = _distance()
    return float(np.mean([distance(source, fused) for source in sources]))


@functools.cache
def _distance() -> Callable[[GreyImage, GreyImage], float]:
    try:
        import torch

        lpips = importlib.import_module("lpips")
    except ImportError:
        raise EnvironmentProblem(
            "LPIPS: expected the package lpips, found that it is not installed; pip install lpips, or leave LPIPS out"
        ) from None
    try:
        network = lpips.LPIPS(net="alex", verbose=False).eval()
    except OSError as problem:
        raise EnvironmentProblem(
            f"LPIPS: expected the weights of AlexNet, which the package fetches, found: {problem}; connect once, or "
            "leave LPIPS out"
        ) from None

    def distance(first: GreyImage, second: GreyImage) -> float:
        batches = [torch.from_numpy(np.float32(image / 127.5 - 1)).expand(1, 3, -1, -1) for image in (first, second)]
        with torch.no_grad():
            return float(network(*batches))

    return distance
