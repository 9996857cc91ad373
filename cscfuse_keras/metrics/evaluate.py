"""All metrics of one fused result at once."""

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.registry import metrics_for


def evaluate_ivf(fused: npt.ArrayLike, infrared: npt.ArrayLike, visible: npt.ArrayLike) -> dict[str, float]:
    """Return every registered metric of an infrared-visible fusion, whatever its set of definitions.

    Args:
        fused: fused luma, uint8 of shape (height, width), at least 41 x 41. A float result in [0, 1] must be
            **rounded** to uint8 (`np.rint(255 * image)`), not truncated, to compare with published numbers.
        infrared: uint8 of the same shape.
        visible: luma of the visible image, uint8 of the same shape.

    Returns:
        The values by the metrics' names, in the order of the registry; NaN where a definition has no value
        for these images.

    Raises:
        InputError: an image is not uint8 (a float's scale would be a guess), not 2-D or too small, or shapes
            differ.
    """
    images = {"fused": fused, "infrared": infrared, "visible": visible}
    for name, image in images.items():
        dtype = np.asarray(image).dtype
        if dtype != np.uint8:
            raise InputError(
                f"{name}: expected uint8, found {dtype}; "
                "convert a float image in [0, 1] by np.rint(255 * image).astype(np.uint8)"
            )
    fused_levels, *sources = (np.asarray(image, dtype=np.float64) for image in images.values())
    return {row.name: row.function(fused_levels, sources) for row in metrics_for("ivf", definitions=None)}
