"""Spectral angle (SAM, spectral angle mapper) between an image of many bands and the truth."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.metrics.unit_cubes import fused_and_truth


def spectral_angle(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> float:
    """Return the mean angle between the spectra of the same pixel.

    Yuhas, Goetz, Boardman, JPL Airborne Geoscience Workshop, 1992.

    Args:
        fused: array (height, width, bands) in [0, 1].
        sources: the truth first, of the same shape; others are left out of account.

    Returns:
        Degrees, 0 to 90. Pixels where a spectrum is 0 in all bands have no angle and are left out; NaN if none is left.

    Raises:
        InputError: the images are not what `fused_and_truth` asks.
    """
    spectra = [cube.reshape(-1, cube.shape[2]) for cube in fused_and_truth(fused, sources)]
    lengths = [np.linalg.norm(pixels, axis=1) for pixels in spectra]
    has_angle = (lengths[0] > 0) & (lengths[1] > 0)
    if not has_angle.any():
        return float("nan")
    first, second = (
        pixels[has_angle] / length[has_angle, np.newaxis] for pixels, length in zip(spectra, lengths, strict=True)
    )
    # The cosine of a small angle has lost it to rounding; the chords have not.
    chord, opposite = np.linalg.norm(first - second, axis=1), np.linalg.norm(first + second, axis=1)
    return float(np.degrees(np.mean(2 * np.arctan2(chord, opposite))))
