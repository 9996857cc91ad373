"""Edges of the infrared picture drawn over the visible one, to see how they lie."""

import cv2
import numpy as np

from cscfuse_keras.tasks.edge_field import edge_field
from cscfuse_keras.tasks.match_edges import shrunk

COLOUR = (255, 110, 20)
LONGEST_SIDE = 1280
FAINTEST, STRONGEST = 0.5, 0.8


def edge_overlay(infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Draw it.

    Args:
        infrared: float32 (height, width) or (height, width, 3) in [0, 1].
        visible: the same, of the same height and width.

    Returns:
        float32 RGB in [0, 1], of at most `LONGEST_SIDE`: the visible picture in grey, a little darkened.
    """
    infrared, visible = (_grey(shrunk(image, LONGEST_SIDE)) for image in (infrared, visible))
    strength = np.linalg.norm(edge_field(infrared), axis=0)
    opacity = np.clip((strength - FAINTEST) / (STRONGEST - FAINTEST), 0, 1)[..., np.newaxis]
    colour = np.float32(COLOUR) / 255
    return (1 - opacity) * np.float32(0.8) * visible[..., np.newaxis] + opacity * colour


def side_by_side(*overlays: np.ndarray) -> np.ndarray:
    """Pictures beside each other, from left to right, with a white gap; lower ones end in white."""
    rows = max(overlay.shape[0] for overlay in overlays)
    padded = [
        cv2.copyMakeBorder(each, 0, rows - each.shape[0], 0, 8, cv2.BORDER_CONSTANT, value=(1, 1, 1))
        for each in overlays
    ]
    return np.hstack(padded)[:, :-8]


def _grey(image: np.ndarray) -> np.ndarray:
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
