"""Exposure fusion by Mertens, Kautz and Van Reeth, as OpenCV computes it."""

from collections.abc import Sequence

import cv2
import numpy as np

from cscfuse_keras.io import to_unit
from cscfuse_keras.tasks.exposures import check_stack


class MertensFuser:
    """Fuses exposures by weights of contrast, saturation and well-exposedness, in Laplacian pyramids.

    Mertens, Kautz, Van Reeth, Exposure Fusion, Pacific Graphics 2007; OpenCV's `MergeMertens`, whose exponents are the
    defaults. It gets colours in the order in which OpenCV reads files: its contrast depends on that, since it takes
    blue for red when it makes grey.

    Args:
        contrast: exponent of contrast, the measure's share in the weights.
        saturation: exponent of saturation; of no effect if all exposures are grey.
        exposedness: exponent of well-exposedness.
    """

    name = "Mertens"

    def __init__(self, contrast: float = 1.0, saturation: float = 1.0, exposedness: float = 0.0):
        self._merge = cv2.createMergeMertens(contrast, saturation, exposedness)

    def fuse(self, exposures: Sequence[np.ndarray], full_scale: float = 1.0) -> np.ndarray:
        """Fuse registered exposures of a scene, at least two, in any order.

        Args:
            exposures: each (height, width) or RGB (height, width, 3), of one size and dtype, in [0, `full_scale`].
            full_scale: the sample value that means 1.0.

        Returns:
            float32 array (height, width, 3) in [0, 1], clipped; (height, width) if all exposures are grey.

        Raises:
            InputError: fewer than two exposures, or of different sizes or dtypes.
        """
        check_stack(exposures, [f"exposures[{k}]" for k in range(len(exposures))])
        colour = any(exposure.ndim == 3 for exposure in exposures)
        fused = self._merge.process([_for_opencv(exposure, full_scale, colour) for exposure in exposures])
        return np.clip(fused[..., ::-1] if colour else fused, 0, 1)


def _for_opencv(exposure: np.ndarray, full_scale: float, colour: bool) -> np.ndarray:
    """The exposure on the scale 0..255, which OpenCV expects of every dtype, blue first."""
    # It keeps all exposures: those of 8 bits need not grow.
    whole = exposure.dtype == np.uint8 and full_scale == 255
    samples = exposure if whole else 255 * to_unit(exposure, full_scale)
    if not colour:
        return samples
    return cv2.cvtColor(samples, cv2.COLOR_GRAY2BGR if samples.ndim == 2 else cv2.COLOR_RGB2BGR)
