"""Error maps of fused pictures that have no truth."""

from collections.abc import Mapping, Sequence

import numpy as np

from cscfuse_keras.report.cube_pictures import error_map, error_scale

MEANING = (
    "Error maps: how far the fused grey level is from that of the nearest source; black where the fused picture shows "
    "one of them as it is, bright where it shows a level that none of them has. Of an item, all on one scale."
)


def error_pictures(fused: Mapping[str, np.ndarray], sources: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Maps of the distance to the nearest source, uint8 RGB by title.

    Args:
        fused: grey uint8 (height, width) by method.
        sources: grey uint8 (height, width).
    """
    errors = {method: distance_to_nearest(grey, sources) for method, grey in fused.items()}
    scale = error_scale(*errors.values())
    return {f"error of {method}, 0 to {255 * scale:.3g}": error_map(error, scale) for method, error in errors.items()}


def distance_to_nearest(fused: np.ndarray, sources: Sequence[np.ndarray]) -> np.ndarray:
    """Least of the absolute differences to sources, float32 in [0, 1]; all arrays are uint8 (height, width)."""
    levels = fused.astype(np.int16)
    distances = [np.abs(levels - source) for source in sources]
    return np.min(distances, axis=0).astype(np.float32) / 255
