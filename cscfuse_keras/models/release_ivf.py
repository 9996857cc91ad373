"""The release's infrared-visible weights in this project's `release` variant."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.errors import ModelError
from cscfuse_keras.models.ivf import VARIANTS, build_autoencoder, build_fusion
from cscfuse_keras.models.release_state import ReleaseState

_PARTS = ("base encoder", "detail encoder", "decoder")


def fusion_from_release(states: Mapping[str, Mapping[str, np.ndarray]]) -> keras.Model:
    """Fusion model with the release's weights.

    Args:
        states: three state dicts by file name, in any order: base encoder (PReLU), detail encoder (soft thresholds) and
            decoder, told apart by their parameters.

    Raises:
        ModelError: a part is missing, given twice, or its parameters do not fit.
    """
    config = VARIANTS["release"]
    autoencoder = build_autoencoder(config)
    parts: dict[str, ReleaseState] = {}
    for where, state in states.items():
        part = _part(state, where)
        if part in parts:
            raise ModelError(
                f"{where}: expected three different parts, found a second {part} beside {parts[part].where}"
            )
        parts[part] = ReleaseState(state, where)
    missing = [part for part in _PARTS if part not in parts]
    if missing:
        raise ModelError(
            f"expected files of {', '.join(_PARTS)}, found none of the {missing[0]}; add it with --weights"
        )
    encoder = autoencoder.get_layer("encoder")
    for part, branch in (("base encoder", "base"), ("detail encoder", "detail")):
        for k in range(config.units):
            name = "convLayer0" if k == 0 else f"convLayer.{k - 1}"
            parts[part].put_unit(encoder.get_layer(f"{branch}_unit_{k}"), name)
    decoder = autoencoder.get_layer("decoder")
    for k, (convolution, normalization) in enumerate(zip(decoder.convolutions, decoder.normalizations, strict=True)):
        parts["decoder"].put_convolution(convolution, f"decode_last.{3 * k + 1}")
        parts["decoder"].put_normalization(normalization, f"decode_last.{3 * k + 2}")
    for state in parts.values():
        state.check_all_used()
    return build_fusion(config, autoencoder)


def _part(state: Mapping[str, np.ndarray], where: str) -> str:
    if any("decode_last." in name for name in state):
        return "decoder"
    if any(name.endswith("activation.theta") for name in state):
        return "detail encoder"
    if any(name.endswith("activation.weight") for name in state):
        return "base encoder"
    raise ModelError(
        f"{where}: expected a state dict of the release's infrared-visible networks, found parameters such as "
        f"{next(iter(state), 'none')!r}"
    )
