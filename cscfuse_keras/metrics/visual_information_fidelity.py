"""Visual information fidelity (VIF): the share of the sources' visual information that the fused image keeps.

Both forms model the fused image as the source times a local gain, plus noise, on four scales, and compare the
information that passes this channel (distorted) with what the source holds (reference).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.grey_images import GreyImage, grey_images
from cscfuse_keras.metrics.local_statistics import gaussian_window, local_statistics, window_mean

_SCALE_WEIGHTS = (1.0, 0.0, 0.15, 1.0)
# Below 41 pixels the coarsest scale is smaller than its 3x3 window.
_MINIMUM_SIZE = 41
_NEGLIGIBLE = 1e-10


class _Channel(NamedTuple):
    gain: GreyImage
    source_variance: GreyImage
    noise_variance: GreyImage


def visual_information_fidelity(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return VIFF, one number over both sources (Han et al., Information Fusion 14(2), 2013).

    At each pixel of each scale the source with the smaller gain speaks (at a tie the second one). The share
    of a scale is sum(distorted + 1e-7)/sum(reference + 1e-7), and the shares are averaged with weights 1, 0,
    0.15 and 1. The variance of the visual noise is 0.005 * 255^2.

    Args:
        fused: array of shape (height, width) in 0..255, at least 41 x 41.
        sources: two arrays (infrared, visible) of the same shape, in 0..255; their order matters at ties.

    Returns:
        A value from 0, above 1 where the fused image enhances contrast; 1 where all images are identical or
        the sources are constant.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, source_count=2, minimum_size=_MINIMUM_SIZE)
    shares = []
    for window, (fused_scale, *source_scales) in _scales(fused, *sources):
        first, second = (_channel(source, fused_scale, window) for source in source_scales)
        first_speaks = first.gain < second.gain
        speaking = _Channel(*(np.where(first_speaks, a, b) for a, b in zip(first, second, strict=True)))
        distorted, reference = _information(speaking, visual_noise=0.005 * 255**2)
        shares.append(np.sum(distorted + 1e-7) / np.sum(reference + 1e-7))
    return float(np.average(shares, weights=_SCALE_WEIGHTS))


def summed_pixel_visual_information_fidelity(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the sum over the sources of VIFp, the pixel-domain VIF with visual noise of variance 2.

    Sheikh and Bovik, IEEE Transactions on Image Processing 15(2), 2006: all information that the fused image
    keeps of the source, over all pixels and scales, divided by all that the source holds.

    Args:
        fused: array of shape (height, width) in 0..255, at least 41 x 41.
        sources: one or more arrays of the same shape, in 0..255; their order does not matter.

    Returns:
        A value from 0; the number of sources where all images are identical; NaN where a source is constant,
        since it then holds no information.

    Raises:
        InputError: the images are not what `grey_images` asks.
    """
    fused, sources = grey_images(fused, sources, minimum_size=_MINIMUM_SIZE)
    return sum(_pixel_fidelity(fused, source) for source in sources)


def _pixel_fidelity(fused: GreyImage, source: GreyImage) -> float:
    kept = held = 0.0
    for window, (fused_scale, source_scale) in _scales(fused, source):
        distorted, reference = _information(_channel(source_scale, fused_scale, window), visual_noise=2.0)
        kept += float(distorted.sum())
        held += float(reference.sum())
    return kept / held if held > 0 else float("nan")


def _scales(*images: GreyImage) -> Iterator[tuple[npt.NDArray[np.float64], tuple[GreyImage, ...]]]:
    """Yield each scale's 1-D window and images, from the finest scale to the coarsest."""
    for size in (17, 9, 5, 3):
        window = gaussian_window(size, size / 5)
        if size < 17:
            images = tuple(window_mean(image, window)[::2, ::2] for image in images)
        yield window, images


def _channel(source: GreyImage, fused: GreyImage, window: npt.NDArray[np.float64]) -> _Channel:
    local = local_statistics(source, fused, window)
    flat_source = local.first_variance < _NEGLIGIBLE
    flat_fused = local.second_variance < _NEGLIGIBLE
    gain = local.covariance / (local.first_variance + _NEGLIGIBLE)
    # Nothing passes from or to a flat window, nor by inverted contrast: all of the fused variance is noise.
    gain[flat_source | flat_fused | (gain < 0)] = 0.0
    noise_variance = np.maximum(local.second_variance - gain * local.covariance, _NEGLIGIBLE)
    return _Channel(gain, np.where(flat_source, 0.0, local.first_variance), noise_variance)


def _information(channel: _Channel, visual_noise: float) -> tuple[GreyImage, GreyImage]:
    """Return the maps of the information in the distorted and in the reference image, in decimal digits."""
    gain, source_variance, noise_variance = channel
    distorted = np.log10(1 + gain**2 * source_variance / (noise_variance + visual_noise))
    reference = np.log10(1 + source_variance / visual_noise)
    return distorted, reference
