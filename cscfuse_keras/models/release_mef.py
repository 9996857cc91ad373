"""The release's multi-exposure weights in this project's `release` variant."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.models.mef import VARIANTS, build_fusion
from cscfuse_keras.models.release_state import only_state


def fusion_from_release(states: Mapping[str, Mapping[str, np.ndarray]]) -> keras.Model:
    """Fusion model with the release's weights.

    Args:
        states: one state dict by file name.

    Raises:
        ModelError: there are several, or the parameters do not fit.
    """
    release, fusion = only_state(states, "multi-exposure"), build_fusion(VARIANTS["release"])
    mapper = fusion.get_layer("mapper")
    coder = mapper.get_layer("coder")
    first, *later = [layer for layer in coder.layers if layer.name.startswith("unit_")]
    # The release writes its first unit, which starts from a zero code, as three modules of a sequence.
    release.put_convolution(first.encoder[0], "main.0.conv2d")
    release.put_normalization(first.normalization, "main.1")
    release.put_shrinkage(first.shrinkage, "main.2")
    for number, unit in enumerate(later, start=3):
        release.put_unit(unit, f"main.{number}")
    release.put_convolution(mapper.get_layer("code_to_map_0"), f"main.{3 + len(later)}.conv2d")
    release.check_all_used()
    return fusion
